/** One run of `bench:speed`: prints each section when it is measured, and rewrites the files of `--out`. */
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { createProgress, versions } from "@secateur/command-line";
import type { RunCommand } from "../cli/parse-arguments.ts";
import { speedChart } from "./chart.ts";
import { workloads } from "./contenders.ts";
import type { SpeedConfig } from "./program.ts";
import { type Section, sections } from "./sections.ts";

export async function runSpeed({ config, out }: RunCommand<SpeedConfig>): Promise<void> {
  const options = {
    ...config,
    workloads: workloads.filter(({ network }) => config.networks.includes(network)),
  };
  const progress = createProgress({ stream: process.stderr });
  const { cpu, ...others } = versions();
  const environment = [cpu, ...Object.values(others)].join(", ");
  const done: Section[] = [];
  progress.log(environment);
  for (const name of config.only) {
    for await (const section of sections[name](options, progress)) {
      done.push(section);
      process.stdout.write(`\n## ${section.title}\n\n${section.markdown}\n`);
      if (out !== null) await write(out, environment, done);
    }
  }
  progress.stop();
}

async function write(out: string, environment: string, done: readonly Section[]): Promise<void> {
  fs.mkdirSync(out, { recursive: true });
  const put = (name: string, text: string): void => fs.writeFileSync(path.join(out, name), `${text}\n`);
  const numbers = Object.fromEntries(done.map(({ title, numbers }) => [title, numbers]));
  put("speed.json", JSON.stringify({ environment, ...numbers }, null, 2));
  const markdown = done.map(({ title, markdown }) => `## ${title}\n\n${markdown}`);
  put("speed.md", [environment, ...markdown].join("\n\n"));
  const rows = done.flatMap(({ chart }) => (chart === undefined ? [] : [chart]));
  if (rows.length > 0) put("speed.svg", await speedChart(rows));
}
