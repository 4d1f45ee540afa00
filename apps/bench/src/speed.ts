/** `bench:speed`: how fast training, scoring, graphs and surgery are here, beside PyTorch and Torch-Pruning where they are. */
import fs from "node:fs";
import { availableParallelism, cpus } from "node:os";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { versions } from "./environment.ts";
import { describeFailure, wantsDebug } from "./exit.ts";
import { knownErrors } from "./known-errors.ts";
import { createProgress } from "./progress.ts";
import { speedChart } from "./speed/chart.ts";
import { workloads } from "./speed/contenders.ts";
import {
  type Section,
  type SectionName,
  type SpeedOptions,
  sectionNames,
  sections,
} from "./speed/sections.ts";
import { UsageError } from "./usage-error.ts";

const help = `Measure training steps, evaluation, scoring, graphs and surgery, kernels, and memory over many steps.

Usage: npx pnpm@10.34.9 bench:speed [flags]

  --only A,B,…   Sections: ${sectionNames.join(", ")}. [default: all]
  --networks A,… Networks to train: ${workloads.map(({ network }) => network).join(", ")}. [default: all]
  --rounds N     Turns of each contender, medians are shown. [default: 7]
  --steps N      Training steps of the memory test. [default: 2000]
  --out DIR      Also write speed.json, speed.md and speed.svg there.
  --help         Show this text.

Contenders are processes of their own that take turns. PyTorch and Torch-Pruning take part where the Python named by
PYTHON, or python3, has them (pip install torch torchvision torch-pruning). Leave the machine alone meanwhile.`;

interface Options extends SpeedOptions {
  readonly sections: readonly SectionName[];
  readonly out: string | null;
}

async function main(args: readonly string[]): Promise<void> {
  const options = parse(args);
  if (options === null) return void process.stdout.write(`${help}\n`);
  const progress = createProgress({ stream: process.stderr });
  const machine = `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? "unknown processor"}`;
  const head = `${[machine, ...Object.values(versions())].join(", ")}`;
  const done: Section[] = [];
  progress.log(head);
  for (const name of options.sections) {
    for await (const section of sections[name](options, progress)) {
      done.push(section);
      process.stdout.write(`\n## ${section.title}\n\n${section.markdown}\n`);
      if (options.out !== null) await write(options.out, head, done);
    }
  }
  progress.stop();
}

async function write(out: string, head: string, done: readonly Section[]): Promise<void> {
  fs.mkdirSync(out, { recursive: true });
  const put = (name: string, text: string): void => fs.writeFileSync(path.join(out, name), `${text}\n`);
  const numbers = Object.fromEntries(done.map(({ title, numbers }) => [title, numbers]));
  put("speed.json", JSON.stringify({ environment: head, ...numbers }, null, 2));
  put("speed.md", [head, ...done.map(({ title, markdown }) => `## ${title}\n\n${markdown}`)].join("\n\n"));
  const rows = done.flatMap(({ chart }) => (chart === undefined ? [] : [chart]));
  if (rows.length > 0) put("speed.svg", await speedChart(rows));
}

function parse(args: readonly string[]): Options | null {
  try {
    const { values } = parseArgs({
      args: args.filter((arg) => arg !== "--"),
      options: {
        only: { type: "string" },
        networks: { type: "string" },
        rounds: { type: "string" },
        steps: { type: "string" },
        out: { type: "string" },
        help: { type: "boolean" },
      },
    });
    if (values.help) return null;
    const networks = workloads.map(({ network }) => network);
    const wanted = names("networks", values.networks, networks);
    return {
      sections: names("only", values.only, sectionNames),
      workloads: workloads.filter(({ network }) => wanted.includes(network)),
      rounds: count("rounds", values.rounds ?? "7", 1),
      steps: count("steps", values.steps ?? "2000", 10),
      out: values.out ?? null,
    };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${error instanceof Error ? error.message : String(error)} See --help.`);
  }
}

function names<T extends string>(flag: string, text: string | undefined, known: readonly T[]): readonly T[] {
  if (text === undefined) return known;
  return text.split(",").map((word) => {
    const found = known.find((name) => name === word.trim());
    if (found === undefined)
      throw new UsageError(`--${flag} knows no "${word}". There are: ${known.join(", ")}.`);
    return found;
  });
}

function count(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new UsageError(`--${flag} wants a whole number of at least ${least}, not "${text}".`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const { message, code } = describeFailure(error, knownErrors, wantsDebug(process.env));
  process.stderr.write(`${message}\n`);
  process.exit(code);
}
