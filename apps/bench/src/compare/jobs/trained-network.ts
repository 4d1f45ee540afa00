/** The trained network of a seed, from which all its pruning starts. */
import { buildDependencyGraph, type DependencyGraph } from "@secateur/dependency-graph";
import type { BatchSource } from "../../inputs/batch-source.ts";
import { buildNetwork } from "../../inputs/network.ts";
import { type Normalization, normalizationSchema } from "../../inputs/normalization.ts";
import type { CompareConfig } from "../config.ts";
import type { TestedBaseline } from "../events.ts";
import { restoreCheckpoint } from "./checkpoint.ts";
import type { PruneJob } from "./job.ts";

/** What pruning jobs share: settings, images, and the results of the unpruned network. */
export interface PruneContext {
  readonly config: CompareConfig;
  readonly data: BatchSource;
  readonly baseline: TestedBaseline;
}

export interface TrainedNetwork {
  /** Holds the model; the caller disposes it. */
  readonly graph: DependencyGraph;
  readonly normalization: Normalization;
  /** Its most probable class of every test image; null in a run that did not keep them. */
  readonly classes: Int32Array | null;
}

export async function openNetwork(
  { network, classes }: PruneJob,
  { config }: PruneContext,
): Promise<TrainedNetwork> {
  const model = await buildNetwork(config, null);
  const notes = await restoreCheckpoint(model, network);
  return {
    graph: buildDependencyGraph(model),
    normalization: normalizationSchema.parse(notes["normalization"]),
    classes: classes === null ? null : new Int32Array(Uint8Array.from(classes).buffer),
  };
}
