/** Latency of every network, measured last: the worker processes have ended, and nothing else runs. */

import type { Progress } from "@secateur/command-line";
import { measureLatency } from "@secateur/metrics";
import { applyPlan } from "@secateur/surgery";
import { buildNetwork } from "../inputs/network.ts";
import type { CompareConfig } from "./config.ts";
import type { TestedCell } from "./events.ts";
import { recipeFor } from "./recipe.ts";
import type { Recorded } from "./recorded.ts";
import type { Baseline, Cell } from "./results.ts";
import { timingOf } from "./timing.ts";

/** Latency does not depend on the weights' values, so networks are rebuilt from their plans. */
export async function measureLatencies(
  config: CompareConfig,
  progress: Progress,
  { baselines, cells }: Pick<Recorded, "baselines" | "cells">,
): Promise<{ readonly baselines: readonly Baseline[]; readonly cells: readonly Cell[] }> {
  const task = progress.task("Latency", cells.size + 1);
  const model = await buildNetwork(config, 0);
  const batch = recipeFor(config.model).latencyBatchSize;
  const unpruned = timingOf(await measureLatency(model, { batch }));
  task.advance(1);
  const measured: Cell[] = [];
  for (const { plan, ...cell } of inOrder(cells.values())) {
    const smaller = applyPlan(model, plan);
    measured.push({ ...cell, latencyMsPerImage: timingOf(await measureLatency(smaller, { batch })) });
    smaller.dispose();
    task.advance(1);
  }
  model.dispose();
  task.done();
  const all = [...baselines.values()].sort((a, b) => a.seed - b.seed);
  return { baselines: all.map((each) => ({ ...each, latencyMsPerImage: unpruned })), cells: measured };
}

/** Independent of the order in which the workers finished. */
function inOrder(cells: Iterable<TestedCell>): readonly TestedCell[] {
  return [...cells].sort(
    (a, b) => a.seed - b.seed || a.criterion.localeCompare(b.criterion) || a.ratio - b.ratio,
  );
}
