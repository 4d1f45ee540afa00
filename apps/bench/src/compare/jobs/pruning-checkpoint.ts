/** The state of an iterative pruning, in memory and as a checkpoint file. */
import type { DependencyGraph } from "@secateur/dependency-graph";
import { readSafetensors } from "@secateur/models";
import type { PruneState } from "@secateur/pruner";
import { applyPlan, createPlan, type Plan } from "@secateur/surgery";
import type { Optimizer } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import { z } from "zod";
import { measured } from "../../run/shared-events.ts";
import { planSchema } from "../events.ts";
import { encodeCheckpoint, restoreCheckpoint } from "./checkpoint.ts";
import type { PruneJob } from "./job.ts";

export interface PruningPoint {
  /** The last ratio reached, or the one that the loop works towards. */
  readonly ratio: number;
  readonly model: tfl.LayersModel;
  /** From the trained network to `model`. */
  readonly plan: Plan;
  /** The state of the pruner's loop; null before the first removal. */
  readonly state: PruneState | null;
}

export const pruneStateSchema: z.ZodType<PruneState> = z.object({
  epoch: z.number(),
  batch: z.number(),
  step: z.number(),
  removals: z.number(),
  plan: planSchema,
  scores: z.record(z.string(), z.array(measured)),
  slowedTo: z.number().nullable().default(null),
});

export function encodePruning(
  ratio: number,
  model: tfl.LayersModel,
  state: PruneState,
  optimizer: Optimizer,
): Uint8Array {
  return encodeCheckpoint(model, { ratio: String(ratio), state: JSON.stringify(state) }, optimizer);
}

/**
 * The point in the job's checkpoint, with the optimiser's state restored; without a checkpoint the trained network. A
 * checkpoint beyond a ratio that has no result is ignored, because it cannot give that result.
 */
export async function startingPoint(
  { checkpoint, ratios }: PruneJob,
  graph: DependencyGraph,
  optimizer: Optimizer,
): Promise<PruningPoint> {
  const start = { ratio: 0, model: graph.model, plan: createPlan(graph, []), state: null };
  if (checkpoint === null) return start;
  const { metadata } = readSafetensors(checkpoint);
  const ratio = Number(metadata.get("ratio"));
  if (ratio > Math.min(...ratios)) return start;
  const state = pruneStateSchema.parse(JSON.parse(metadata.get("state") ?? "null"));
  const model = applyPlan(graph.model, state.plan, { graph });
  await restoreCheckpoint(model, checkpoint, optimizer);
  return { ratio, model, plan: state.plan, state };
}
