/** How much is still to be done, for the progress bars, in images trained on. */
import type { BenchData } from "./bench-data.ts";
import type { BenchConfig } from "./config.ts";
import { evaluationCost } from "./jobs/job.ts";
import { batchSize } from "./recipe.ts";
import { readRecord } from "./recorded.ts";
import type { RunDirectory } from "./run-directory.ts";

export interface WorkLeft {
  readonly training: number;
  readonly pruning: number;
}

export function workLeft(
  { config, log }: RunDirectory<BenchConfig>,
  data: BenchData,
  criterionCount: number,
): WorkLeft {
  const { baselines, cells, training } = readRecord(log.events);
  const epoch = data.stepsPerEpoch * batchSize;
  const test = data.testCount * evaluationCost;
  const forSeed = (seed: number): number => {
    if (baselines.has(seed)) return 0;
    const reached = training.filter((point) => point.seed === seed).map((point) => Math.floor(point.epoch));
    return (config.epochs - Math.max(0, ...reached)) * epoch + test;
  };
  const seeds = Array.from({ length: config.seeds }, (_, seed) => seed);
  const cellsLeft = config.seeds * criterionCount * config.ratios.length - cells.size;
  const perCell = test + (config.finetune > 0 ? config.finetune * epoch + test : 0);
  return { training: seeds.reduce((sum, seed) => sum + forSeed(seed), 0), pruning: cellsLeft * perCell };
}
