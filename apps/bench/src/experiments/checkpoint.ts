/**
 * Where a run of an experiment is, as one safetensors file: the network, the state of the optimiser, and the position. A run
 * continues from it to the same result.
 */
import type { DependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import { readSafetensors } from "@secateur/models";
import type { PruneState } from "@secateur/pruner";
import { applyPlan } from "@secateur/surgery";
import type { Optimizer } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import { z } from "zod";
import { encodeCheckpoint, restoreCheckpoint } from "../compare/jobs/checkpoint.ts";
import { pruneStateSchema } from "../compare/jobs/pruning-checkpoint.ts";

export const checkpointFile = "checkpoint.safetensors";

/** The part of the schedule that a run is in. */
const phases = ["pruning", "pruned", "tuning"] as const;

export interface Point {
  readonly phase: (typeof phases)[number];
  /** The current, smaller network. */
  readonly model: tfl.LayersModel;
  /** The pruning loop after the last removal. */
  readonly state: PruneState;
  /** Fine-tuning: the epoch, and its minibatches that were used. */
  readonly epoch: number;
  readonly batch: number;
}

export function encodePoint({ model, ...position }: Point, optimizer: Optimizer): Uint8Array {
  return encodeCheckpoint(model, { position: JSON.stringify(position) }, optimizer);
}

const positionSchema = z.object({
  phase: z.enum(phases),
  state: pruneStateSchema,
  epoch: z.number(),
  batch: z.number(),
});

/** Rebuilds the smaller network and restores the optimiser. The caller disposes the network. */
export async function decodePoint(
  bytes: Uint8Array,
  graph: DependencyGraph,
  optimizer: Optimizer,
): Promise<Point> {
  const { metadata } = readSafetensors(bytes);
  const position = positionSchema.parse(JSON.parse(metadata.get("position") ?? "null"));
  const model = applyPlan(graph.model, position.state.plan, { graph });
  try {
    await restoreCheckpoint(model, bytes, optimizer);
  } catch (error) {
    disposeModel(model);
    throw error;
  }
  return { ...position, model };
}
