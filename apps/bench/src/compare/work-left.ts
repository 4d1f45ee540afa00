/** How much is still to be done, for the progress bars, in images trained on. */
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { createModel, type ModelName } from "@secateur/models";
import { remainingOf } from "@secateur/pruner";
import type { BenchData } from "../inputs/load-batches.ts";
import type { RunDirectory } from "../run/run-directory.ts";
import type { BenchConfig } from "./config.ts";
import { evaluationCost } from "./jobs/job.ts";
import type { PrunedCell } from "./jobs/record-cell.ts";
import { imagesForAll } from "./pruning-pace.ts";
import { recipeFor } from "./recipe.ts";
import { readRecord } from "./recorded.ts";

export interface WorkLeft {
  readonly training: number;
  readonly pruning: number;
}

type Run = Pick<RunDirectory<BenchConfig>, "config"> & {
  readonly log: Pick<RunDirectory<BenchConfig>["log"], "events">;
};

export function workLeft(
  { config, log }: Run,
  data: Pick<BenchData, "stepsPerEpoch" | "testCount" | "scoringCount">,
  criterionCount: number,
): WorkLeft {
  const { baselines, cells, training } = readRecord(log.events);
  const epoch = data.stepsPerEpoch * recipeFor(config.model).batchSize;
  const test = data.testCount * evaluationCost;
  const forSeed = (seed: number): number => {
    if (baselines.has(seed)) return 0;
    const reached = training.filter((point) => point.seed === seed).map((point) => Math.floor(point.epoch));
    return (config.epochs - Math.max(0, ...reached)) * epoch + test;
  };
  const seeds = Array.from({ length: config.seeds }, (_, seed) => seed);
  const tuning = config.finetune > 0 ? config.finetune * epoch + test : 0;
  const ways = config.seeds * criterionCount;
  return {
    training: seeds.reduce((sum, seed) => sum + forSeed(seed), 0),
    pruning: config.iterative
      ? iterativeWork(config, [...cells.values()], ways, test, tuning)
      : (ways * config.ratios.length - cells.size) * (test + tuning) +
        unfinished(config, [...cells.values()], ways) * data.scoringCount,
  };
}

/** Ways, a seed and a criterion each, that have not come to the last ratio. */
function unfinished({ ratios }: BenchConfig, cells: readonly PrunedCell[], ways: number): number {
  return ways - cells.filter(({ ratio }) => ratio === ratios.at(-1)).length;
}

/** Each way trains as far as the last ratio, is tested at each, and fine-tuned at its end. */
function iterativeWork(
  config: BenchConfig,
  cells: readonly PrunedCell[],
  ways: number,
  test: number,
  tuning: number,
): number {
  const last = Math.max(...config.ratios);
  const reached = new Map<string, number>();
  for (const { seed, criterion, ratio } of cells) {
    const way = `${seed}/${criterion}`;
    reached.set(way, Math.max(ratio, reached.get(way) ?? 0));
  }
  const shares = ways * last - [...reached.values()].reduce((sum, ratio) => sum + ratio, 0);
  const testsLeft = ways * config.ratios.length - cells.length;
  return (
    shares * imagesForAll(config, countUnits(config.model)) +
    testsLeft * test +
    unfinished(config, cells, ways) * tuning
  );
}

function countUnits(name: string): number {
  const model = createModel(name as ModelName);
  const { units } = remainingOf(buildDependencyGraph(model)).amounts();
  model.dispose();
  return units;
}
