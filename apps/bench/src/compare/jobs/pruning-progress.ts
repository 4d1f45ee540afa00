/** How far an iterative pruning is, for the progress bar: work in images trained on, and a note in words. */
import { buildDependencyGraph, type DependencyGraph } from "@secateur/dependency-graph";
import { type PruneEvent, remainingOf } from "@secateur/pruner";
import { shareGone } from "../budget.ts";
import type { BenchConfig } from "../config.ts";
import { imagesForAll } from "../pruning-pace.ts";
import type { JobEvent, PruneJob } from "./job.ts";
import type { Position } from "./pruning-checkpoint.ts";

/**
 * Work counts from the last ratio that has a result, and by the share that is gone: so all of it is done when the last
 * ratio is reached, whatever the budget is about.
 */
export function pruningProgress(
  { seed, criterion, ratios }: PruneJob,
  config: BenchConfig,
  graph: DependencyGraph,
  start: Position,
): (event: PruneEvent) => JobEvent {
  const original = remainingOf(graph).amounts();
  const images = imagesForAll(config, original.units);
  let share = shareGone(config, remainingOf(buildDependencyGraph(start.model)).amounts(), original);
  let told = Math.max(0, ...config.ratios.filter((ratio) => ratio < Math.min(...ratios)));
  return (event) => {
    if (event.type === "removal") share = shareGone(config, event.left, original);
    const amount = Math.max(0, share - told) * images;
    told = Math.max(told, share);
    const loss = event.type === "step" ? `, loss ${event.loss.toFixed(2)}` : "";
    const note = `seed ${seed}: ${criterion}, ${Math.floor(share * 100)} % removed${loss}`;
    return { type: "work", amount, note };
  };
}
