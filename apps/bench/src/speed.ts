/** `bench:speed`: how fast kernels, training steps, graphs and surgery are here, and whether memory stays flat. */
import fs from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import { describeEngine, useBackend } from "@secateur/backend";
import { versions } from "./environment.ts";
import { describeFailure, wantsDebug } from "./exit.ts";
import { knownErrors } from "./known-errors.ts";
import { createProgress } from "./progress.ts";
import { formatConvKernels, measureConvKernels } from "./speed/conv-kernels.ts";
import { formatGraphs, measureGraphs } from "./speed/graph-and-surgery.ts";
import { formatMemory, measureMemory } from "./speed/memory.ts";
import { formatSteps, measureTrainSteps } from "./speed/train-step.ts";
import { UsageError } from "./usage-error.ts";

const help = `Measure the speed of kernels, training steps, graphs and surgery, and memory over many steps.

Usage: npx pnpm@10.34.9 bench:speed [flags]

  --rounds N   Repetitions of each measurement, medians are shown. [default: 9]
  --steps N    Training steps for the memory test, 0 for none. [default: 1000]
  --out FILE   Write the numbers as JSON, too.
  --help       Show this text.

Leave the machine alone meanwhile. The stock cpu backend takes a minute for its single step.`;

interface Options {
  readonly rounds: number;
  readonly steps: number;
  readonly out: string | null;
}

async function main(args: readonly string[]): Promise<void> {
  const options = parse(args);
  if (options === null) return void process.stdout.write(`${help}\n`);
  const progress = createProgress({ stream: process.stderr });
  const engine = await useBackend("wasm");
  const environment = { engine: describeEngine(engine).split("\n")[0] ?? "", ...versions() };
  print(Object.values(environment).join(", "));
  const task = progress.task("Memory", options.steps);
  const memory = options.steps === 0 ? [] : measureMemory(options.steps, () => task.advance(1));
  task.done();
  if (memory.length > 0)
    print(
      `\n## Memory over ${options.steps} training steps of ResNet-20, batch 8\n\n${formatMemory(memory)}`,
    );
  progress.log("Convolution kernels");
  const kernels = await measureConvKernels({ rounds: options.rounds });
  print(`\n## Convolutions of ResNet-20, batch 128\n\n${formatConvKernels(kernels)}`);
  progress.log("Training steps");
  const steps = await measureTrainSteps(options.rounds);
  print(`\n## One training step of ResNet-20, batch 128\n\n${formatSteps(steps)}`);
  const graphs = measureGraphs(options.rounds);
  print(`\n## Graph, plan and surgery, half of the units\n\n${formatGraphs(graphs)}`);
  progress.stop();
  if (options.out === null) return;
  const numbers = { environment, kernels, steps, graphs, memory };
  fs.writeFileSync(options.out, `${JSON.stringify(numbers, null, 2)}\n`);
}

function parse(args: readonly string[]): Options | null {
  try {
    const { values } = parseArgs({
      args: args.filter((arg) => arg !== "--"),
      options: {
        rounds: { type: "string" },
        steps: { type: "string" },
        out: { type: "string" },
        help: { type: "boolean" },
      },
    });
    if (values.help) return null;
    return {
      rounds: count("rounds", values.rounds ?? "9", 1),
      steps: count("steps", values.steps ?? "1000", 0),
      out: values.out ?? null,
    };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${error instanceof Error ? error.message : String(error)} See --help.`);
  }
}

function count(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new UsageError(`--${flag} wants a whole number of at least ${least}, not "${text}".`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const { message, code } = describeFailure(error, knownErrors, wantsDebug(process.env));
  process.stderr.write(`${message}\n`);
  process.exit(code);
}
