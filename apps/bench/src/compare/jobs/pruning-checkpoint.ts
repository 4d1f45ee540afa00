/** How far an iterative pruning is: the network as it is by now, and what goes on from it; also as a file. */
import type { DependencyGraph } from "@secateur/dependency-graph";
import { readSafetensors } from "@secateur/models";
import type { PruneState } from "@secateur/pruner";
import { applyPlan, createPlan, type Plan } from "@secateur/surgery";
import type { Optimizer } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import { encodeCheckpoint, restoreCheckpoint } from "./checkpoint.ts";
import type { PruneJob } from "./job.ts";

export interface Position {
  /** The ratio that was reached last, or is on the way to be. */
  readonly ratio: number;
  readonly model: tfl.LayersModel;
  /** From the trained network to this one. */
  readonly plan: Plan;
  /** The loop's own; null where nothing was removed yet. */
  readonly state: PruneState | null;
}

export function encodePosition(
  ratio: number,
  model: tfl.LayersModel,
  state: PruneState,
  optimizer: Optimizer,
): Uint8Array {
  return encodeCheckpoint(model, { ratio: String(ratio), state: JSON.stringify(state) }, optimizer);
}

/**
 * The position in the job's checkpoint, with the optimiser's state set; the trained network itself where there is none.
 * A checkpoint that is further than a ratio without a result cannot give that result, so it does not count either.
 */
export function firstPosition(
  { checkpoint, ratios }: PruneJob,
  graph: DependencyGraph,
  optimizer: Optimizer,
): Position {
  const start = { ratio: 0, model: graph.model, plan: createPlan(graph, []), state: null };
  if (checkpoint === null) return start;
  const { metadata } = readSafetensors(checkpoint);
  const ratio = Number(metadata.get("ratio"));
  if (ratio > Math.min(...ratios)) return start;
  const state = JSON.parse(metadata.get("state") ?? "") as PruneState;
  const model = applyPlan(graph.model, state.plan, { graph });
  restoreCheckpoint(model, checkpoint, optimizer);
  return { ratio, model, plan: state.plan, state };
}
