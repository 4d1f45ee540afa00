/** `bench:speed`: how fast training, scoring, graphs and surgery are here, beside PyTorch and Torch-Pruning where they are. */
import fs from "node:fs";
import { availableParallelism, cpus } from "node:os";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { useBackend } from "@secateur/backend";
import type { ModelName } from "@secateur/models";
import { versions } from "./environment.ts";
import { describeFailure, wantsDebug } from "./exit.ts";
import { knownErrors } from "./known-errors.ts";
import { createProgress, type Progress } from "./progress.ts";
import { type ChartRow, speedChart } from "./speed/chart.ts";
import { compare, formatMeasured, type Measured } from "./speed/compare.ts";
import {
  evaluators,
  ours,
  plainStep,
  scorers,
  stock,
  torch,
  trainers,
  tunedTorch,
  type Workload,
  workloads,
} from "./speed/contenders.ts";
import { formatConvKernels, measureConvKernels } from "./speed/conv-kernels.ts";
import { formatGraphs, measureGraphs } from "./speed/graph-and-surgery.ts";
import { formatMemory, measureMemory } from "./speed/memory.ts";
import { formatBeside, measureTorchPruning } from "./speed/torch-pruning.ts";
import { UsageError } from "./usage-error.ts";

const sectionNames = ["train", "evaluate", "score", "graphs", "kernels", "memory"] as const;
type SectionName = (typeof sectionNames)[number];

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

interface Options {
  readonly sections: readonly SectionName[];
  readonly workloads: readonly Workload[];
  readonly rounds: number;
  readonly steps: number;
  readonly out: string | null;
}

interface Section {
  readonly title: string;
  readonly markdown: string;
  readonly numbers: unknown;
  readonly chart?: ChartRow;
}

type Run = (options: Options, progress: Progress) => AsyncGenerator<Section>;

const sections: Readonly<Record<SectionName, Run>> = {
  async *train(options, progress) {
    for (const workload of options.workloads) {
      const measured = await take(trainers(workload), workload.repetitions, options, progress);
      yield {
        title: `One training step of ${workload.network}, batch ${workload.batch}`,
        markdown: formatMeasured(measured, [torch, tunedTorch, stock]),
        numbers: measured,
        chart: { network: workload.network, measured, reference: hasRun(measured, torch) ? torch : ours },
      };
    }
  },
  async *evaluate(options, progress) {
    for (const workload of options.workloads) {
      const measured = await take(evaluators(workload), workload.repetitions, options, progress);
      const title = `Evaluating one batch of ${workload.batch} by ${workload.network}`;
      yield { title, markdown: formatMeasured(measured, [torch, tunedTorch]), numbers: measured };
    }
  },
  async *score(options, progress) {
    const [workload] = options.workloads;
    if (workload === undefined) return;
    for (const engine of ["tensorflow", "wasm"] as const) {
      const measured = await take(scorers(workload, engine), workload.repetitions, options, progress);
      const title = `A training step of ${workload.network} that also scores, ${engine}`;
      yield { title, markdown: formatMeasured(measured, [plainStep]), numbers: measured };
    }
  },
  async *graphs({ rounds }, progress) {
    progress.log("Graphs");
    await useBackend("wasm");
    const graphs = measureGraphs(graphModels, rounds);
    yield {
      title: "Graph, plan and surgery, half of the units",
      markdown: formatGraphs(graphs),
      numbers: graphs,
    };
    const others = await measureTorchPruning(graphModels, (name) => progress.log(name));
    const title = "The same in Torch-Pruning";
    yield { title, markdown: formatBeside(graphs, others), numbers: others };
  },
  async *kernels({ rounds }, progress) {
    progress.log("Convolution kernels");
    await useBackend("wasm");
    const kernels = await measureConvKernels({ rounds });
    const title = "Convolutions of ResNet-20, batch 128, wasm";
    yield { title, markdown: formatConvKernels(kernels), numbers: kernels };
  },
  async *memory({ steps }, progress) {
    for (const engine of ["tensorflow", "wasm"] as const) {
      const task = progress.task(`Memory, ${engine}`, steps);
      const samples = await measureMemory(engine, steps, (count) => task.advance(count));
      task.done();
      const title = `Memory over ${steps} training steps of ResNet-20, batch 8, ${engine}`;
      yield { title, markdown: formatMemory(samples), numbers: samples };
    }
  },
};

const graphModels: readonly ModelName[] = [
  "resnet20",
  "resnet56",
  "resnet50",
  "resnet101",
  "densenet201",
  "mobilenet-v2",
];

const hasRun = (measured: readonly Measured[], name: string): boolean =>
  measured.some((each) => each.name === name && each.ms !== null);

async function take(
  specs: Parameters<typeof compare>[0],
  repetitions: number,
  { rounds }: Options,
  progress: Progress,
): Promise<readonly Measured[]> {
  const task = progress.task(specs[0]?.name ?? "", specs.length * (rounds + 1));
  const measured = await compare(specs, { rounds, repetitions, onTurn: (name) => task.advance(1, name) });
  task.done();
  return measured;
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
