/** The sections of `bench:speed`. */
import { useBackend } from "@secateur/backend";
import type { Progress } from "@secateur/command-line";
import { createModel, type ModelName } from "@secateur/models";
import { formatArithmetic } from "./arithmetic.ts";
import { formatScaling, measureScaling } from "./channel-scaling.ts";
import type { ChartRow } from "./chart.ts";
import { compare, formatMeasured, type Measured } from "./compare.ts";
import {
  evaluators,
  multiplier,
  ours,
  plainStep,
  product,
  scorers,
  stock,
  torch,
  trainers,
  tunedTorch,
  type Workload,
} from "./contenders.ts";
import { formatConvKernels, measureConvKernels } from "./conv-kernels.ts";
import { formatDataParallel, measureDataParallel } from "./data-parallel.ts";
import {
  formatDecoding,
  formatDecodingMemory,
  imagesPerStep,
  measureDecoding,
  measureDecodingMemory,
} from "./decoding.ts";
import { formatGraphs, type GraphModel, measureGraphs } from "./graph-and-surgery.ts";
import { formatMemory, measureMemory } from "./memory.ts";
import { publishedModels } from "./published-models.ts";
import { formatBeside, measureTorchPruning } from "./torch-pruning.ts";

interface SpeedOptions {
  readonly workloads: readonly Workload[];
  /** Turns of each contender. */
  readonly rounds: number;
  /** Training steps of the memory test. */
  readonly steps: number;
}

export interface Section {
  readonly title: string;
  readonly markdown: string;
  readonly numbers: unknown;
  readonly chart?: ChartRow;
}

type Run = (options: SpeedOptions, progress: Progress) => AsyncGenerator<Section>;

export type SectionName =
  | "train"
  | "evaluate"
  | "score"
  | "threads"
  | "graphs"
  | "kernels"
  | "decoding"
  | "memory";

export const sections: Readonly<Record<SectionName, Run>> = {
  async *train(options, progress) {
    for (const workload of options.workloads) {
      const specs = [...trainers(workload), multiplier(workload)];
      const all = await take(specs, workload.repetitions, options, progress);
      const measured = all.filter(({ name }) => name !== product);
      const [step, peak] = [ours, product].map((name) => all.find((each) => each.name === name));
      yield {
        title: `One training step of ${workload.network}, batch ${workload.batch}`,
        markdown: `${formatMeasured(measured, [torch, tunedTorch, stock])}\n\n${formatArithmetic(step, peak)}`,
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
      const title = `A training step of ${workload.network} with scoring, ${engine}`;
      yield { title, markdown: formatMeasured(measured, [plainStep]), numbers: measured };
    }
  },
  async *threads({ rounds }, progress) {
    progress.log("Worker threads");
    const times = await measureDataParallel(rounds);
    const title = "One training step of resnet20, batch 128, wasm, shared by worker threads";
    yield { title, markdown: formatDataParallel(times), numbers: times };
  },
  async *graphs({ rounds }, progress) {
    progress.log("Graphs");
    await useBackend("wasm");
    const graphs = await measureGraphs([...graphModels.map(ownModel), ...(await publishedModels())], rounds);
    yield {
      title: "Graph, plan and surgery, half of the units",
      markdown: formatGraphs(graphs),
      numbers: graphs,
    };
    const scaling = measureScaling([1, 2, 4, 8], rounds);
    yield {
      title: "Graph and plan as channels grow, −50 % MACs",
      markdown: formatScaling(scaling),
      numbers: scaling,
    };
    const torchTimes = await measureTorchPruning(graphModels, (name) => progress.log(name));
    const title = "The same in Torch-Pruning";
    yield { title, markdown: formatBeside(graphs, torchTimes), numbers: torchTimes };
  },
  async *kernels({ rounds }, progress) {
    progress.log("Convolution kernels");
    await useBackend("wasm");
    const kernels = await measureConvKernels({ rounds });
    const title = "Convolutions of ResNet-20, batch 128, wasm";
    yield { title, markdown: formatConvKernels(kernels), numbers: kernels };
  },
  async *decoding({ rounds, steps }, progress) {
    await useBackend("wasm");
    const turns = progress.task("Decoding", rounds);
    const rates = await measureDecoding(rounds, () => turns.advance(1));
    turns.done();
    const title = "Decoding images of 500 × 375 pixels, batches of 32 with 224 × 224";
    yield { title, markdown: formatDecoding(rates), numbers: rates };
    const images = steps * imagesPerStep;
    const task = progress.task("Memory of decoding", images);
    const samples = await measureDecodingMemory(images, (count) => task.advance(count));
    task.done();
    yield {
      title: `Memory while decoding ${images} images`,
      markdown: formatDecodingMemory(samples),
      numbers: samples,
    };
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

const ownModel = (name: ModelName): GraphModel => ({ name, open: async () => createModel(name) });

const hasRun = (measured: readonly Measured[], name: string): boolean =>
  measured.some((each) => each.name === name && each.ms !== null);

async function take(
  specs: Parameters<typeof compare>[0],
  repetitions: number,
  { rounds }: SpeedOptions,
  progress: Progress,
): Promise<readonly Measured[]> {
  const task = progress.task(specs[0]?.name ?? "", specs.length * (rounds + 1));
  const measured = await compare(specs, { rounds, repetitions, onTurn: (name) => task.advance(1, name) });
  task.done();
  return measured;
}
