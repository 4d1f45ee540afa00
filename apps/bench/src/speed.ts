/** `bench:speed`: how fast training, scoring, graphs and surgery are here, beside PyTorch and Torch-Pruning where they are. */
import fs from "node:fs";
import { availableParallelism, cpus } from "node:os";
import path from "node:path";
import process from "node:process";
import { versions } from "./run/environment.ts";
import { createProgress } from "./run/progress.ts";
import { runProgram } from "./run/run-program.ts";
import { speedChart } from "./speed/chart.ts";
import { workloads } from "./speed/contenders.ts";
import { speed } from "./speed/program.ts";
import { type Section, sections } from "./speed/sections.ts";

await runProgram(speed, async ({ config, out }) => {
  const options = {
    ...config,
    workloads: workloads.filter(({ network }) => config.networks.includes(network)),
  };
  const progress = createProgress({ stream: process.stderr });
  const machine = `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? "unknown processor"}`;
  const head = `${[machine, ...Object.values(versions())].join(", ")}`;
  const done: Section[] = [];
  progress.log(head);
  for (const name of config.only) {
    for await (const section of sections[name](options, progress)) {
      done.push(section);
      process.stdout.write(`\n## ${section.title}\n\n${section.markdown}\n`);
      if (out !== null) await write(out, head, done);
    }
  }
  progress.stop();
});

async function write(out: string, head: string, done: readonly Section[]): Promise<void> {
  fs.mkdirSync(out, { recursive: true });
  const put = (name: string, text: string): void => fs.writeFileSync(path.join(out, name), `${text}\n`);
  const numbers = Object.fromEntries(done.map(({ title, numbers }) => [title, numbers]));
  put("speed.json", JSON.stringify({ environment: head, ...numbers }, null, 2));
  put("speed.md", [head, ...done.map(({ title, markdown }) => `## ${title}\n\n${markdown}`)].join("\n\n"));
  const rows = done.flatMap(({ chart }) => (chart === undefined ? [] : [chart]));
  if (rows.length > 0) put("speed.svg", await speedChart(rows));
}
