/** The remaining work of a run, for the progress bars, in training images. */
import { sampleLimit } from "@secateur/compensation";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { createModel, type ModelName } from "@secateur/models";
import { remainingOf } from "@secateur/pruner";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { BatchSource } from "../inputs/batch-source.ts";
import type { CompareConfig } from "./config.ts";
import type { CompareEvent, TestedCell } from "./events.ts";
import { evaluationCost, repairCost } from "./jobs/job.ts";
import { imagesForAll } from "./pruning-pace.ts";
import { recipeFor } from "./recipe.ts";
import { readRecord } from "./recorded.ts";

export interface WorkLeft {
  readonly training: number;
  readonly pruning: number;
}

interface Run {
  readonly config: CompareConfig;
  readonly log: { readonly events: readonly CompareEvent[] };
}

export function workLeft(
  { config, log }: Run,
  data: Pick<BatchSource, "stepsPerEpoch" | "testCount" | "scoringCount">,
  criterionCount: number,
): WorkLeft {
  const { baselines, cells, tests, training } = readRecord(log.events);
  const epoch = data.stepsPerEpoch * recipeFor(config.model).batchSize;
  const test = data.testCount * evaluationCost;
  const forSeed = (seed: number): number => {
    if (baselines.has(seed)) return 0;
    const reached = training.filter((point) => point.seed === seed).map((point) => Math.floor(point.epoch));
    return (config.epochs - Math.max(0, ...reached)) * epoch + test;
  };
  const seeds = Array.from({ length: config.seeds }, (_, seed) => seed);
  const tuning = config.finetune > 0 ? config.finetune * epoch + test : 0;
  const repair = config.compensate ? repairWork(config, data.scoringCount) + test : 0;
  const runCount = config.seeds * criterionCount;
  const pruning = config.iterative
    ? iterativeWork(config, [...cells.values()], runCount, test + repair, tuning)
    : (runCount * config.ratios.length - cells.size) * (test + repair + tuning) +
      unfinished(config, [...cells.values()], runCount) * data.scoringCount;
  return {
    training: seeds.reduce((sum, seed) => sum + forSeed(seed), 0),
    pruning: pruning - tests.length * test,
  };
}

/** Pairs of a seed and a criterion without a result for the last ratio. */
function unfinished({ ratios }: CompareConfig, cells: readonly TestedCell[], runCount: number): number {
  return runCount - cells.filter(({ ratio }) => ratio === ratios.at(-1)).length;
}

/** Each run of the loop trains up to the last ratio, is tested at each ratio, and is fine-tuned at the end. */
function iterativeWork(
  config: CompareConfig,
  cells: readonly TestedCell[],
  runCount: number,
  perRatio: number,
  tuning: number,
): number {
  const last = Math.max(...config.ratios);
  const reached = new Map<string, number>();
  for (const { seed, criterion, ratio } of cells) {
    const key = `${seed}/${criterion}`;
    reached.set(key, Math.max(ratio, reached.get(key) ?? 0));
  }
  const shares = runCount * last - [...reached.values()].reduce((sum, ratio) => sum + ratio, 0);
  const ratiosLeft = runCount * config.ratios.length - cells.length;
  return (
    shares * imagesForAll(config, countUnits(config.model)) +
    ratiosLeft * perRatio +
    unfinished(config, cells, runCount) * tuning
  );
}

const countUnits = (name: ModelName): number =>
  measure(name, (model) => remainingOf(buildDependencyGraph(model)).amounts().units);

/** The refit of one network. */
function repairWork({ model }: CompareConfig, scoringCount: number): number {
  return Math.min(scoringCount, measure(model, sampleLimit)) * repairCost;
}

function measure(name: ModelName, of: (model: tfl.LayersModel) => number): number {
  const model = createModel(name, { kernels: "zeros" });
  const result = of(model);
  model.dispose();
  return result;
}
