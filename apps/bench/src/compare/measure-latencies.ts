/** Latency, measured last and alone: the workers are gone, every network gets the same quiet machine. */
import { measureLatency } from "@secateur/metrics";
import { createModel, type ModelName } from "@secateur/models";
import { applyPlan } from "@secateur/surgery";
import type { Progress } from "../run/progress.ts";
import type { RunDirectory } from "../run/run-directory.ts";
import type { BenchConfig } from "./config.ts";
import type { PrunedCell } from "./jobs/record-cell.ts";
import { recipeFor } from "./recipe.ts";
import type { Recorded } from "./recorded.ts";
import type { Baseline, Cell } from "./results.ts";

/** Values of the weights do not matter to the time, so networks are built anew from their plans. */
export async function measureCells(
  { config }: RunDirectory<BenchConfig>,
  progress: Progress,
  { baselines, cells }: Recorded,
): Promise<{ readonly baselines: readonly Baseline[]; readonly cells: readonly Cell[] }> {
  const task = progress.task("Latency", cells.size + 1);
  const model = createModel(config.model as ModelName);
  const batch = recipeFor(config.model).latencyBatchSize;
  const { perImageMs } = await measureLatency(model, { batch });
  task.advance(1);
  const measured: Cell[] = [];
  for (const { plan, ...cell } of inOrder(cells.values())) {
    const smaller = applyPlan(model, plan);
    measured.push({ ...cell, latencyMsPerImage: (await measureLatency(smaller, { batch })).perImageMs });
    smaller.dispose();
    task.advance(1);
  }
  model.dispose();
  task.done();
  const all = [...baselines.values()].sort((a, b) => a.seed - b.seed);
  return { baselines: all.map((each) => ({ ...each, latencyMsPerImage: perImageMs })), cells: measured };
}

/** Whatever order the workers finished in. */
const inOrder = (cells: Iterable<PrunedCell>): readonly PrunedCell[] =>
  [...cells].sort((a, b) => a.seed - b.seed || a.criterion.localeCompare(b.criterion) || a.ratio - b.ratio);
