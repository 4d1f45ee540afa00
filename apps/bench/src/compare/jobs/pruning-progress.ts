/** Progress events of an iterative pruning: completed work in training images, and a note. */
import { buildDependencyGraph, type DependencyGraph } from "@secateur/dependency-graph";
import { type PruneEvent, remainingOf } from "@secateur/pruner";
import { removedShare } from "../budget.ts";
import type { CompareConfig } from "../config.ts";
import { imagesForAll } from "../pruning-pace.ts";
import type { JobEvent, PruneJob } from "./job.ts";
import type { PruningPoint } from "./pruning-checkpoint.ts";

/** Work is the removed share since the last ratio with a result, so for any budget all of it is done at the last ratio. */
export function pruningProgress(
  { seed, criterion, ratios }: PruneJob,
  config: CompareConfig,
  graph: DependencyGraph,
  start: PruningPoint,
): (event: PruneEvent) => JobEvent {
  const original = remainingOf(graph).amounts();
  const images = imagesForAll(config, original.units);
  let share = removedShare(config, remainingOf(buildDependencyGraph(start.model)).amounts(), original);
  let reported = Math.max(0, ...config.ratios.filter((ratio) => ratio < Math.min(...ratios)));
  return (event) => {
    if (event.type === "removal") share = removedShare(config, event.left, original);
    const amount = Math.max(0, share - reported) * images;
    reported = Math.max(reported, share);
    const loss = event.type === "step" ? `, loss ${event.loss.toFixed(2)}` : "";
    const note = `seed ${seed}: ${criterion}, ${Math.floor(share * 100)} % removed${loss}`;
    return { type: "work", amount, note };
  };
}
