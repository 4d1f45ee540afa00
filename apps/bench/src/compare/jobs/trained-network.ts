/** What all pruning with one seed starts from: the network that the training left, ready to be cut. */
import { buildDependencyGraph, type DependencyGraph } from "@secateur/dependency-graph";
import { createModel, type ModelName } from "@secateur/models";
import type { BenchData } from "../../inputs/load-batches.ts";
import type { Normalization } from "../../inputs/normalization.ts";
import type { BenchConfig } from "../config.ts";
import type { Baseline } from "../results.ts";
import { restoreCheckpoint } from "./checkpoint.ts";
import type { PruneJob } from "./job.ts";

/** What a pruning job needs beside the job. */
export interface Setting {
  readonly config: BenchConfig;
  readonly data: BenchData;
  readonly baseline: Omit<Baseline, "latencyMsPerImage">;
}

export interface TrainedNetwork {
  /** Carries the model, which is the caller's to dispose. */
  readonly graph: DependencyGraph;
  readonly normalization: Normalization;
}

export function openNetwork({ seed, network }: PruneJob, { config }: Setting): TrainedNetwork {
  const model = createModel(config.model as ModelName, { seed });
  const normalization = restoreCheckpoint(model, network)["normalization"] as Normalization;
  return { graph: buildDependencyGraph(model), normalization };
}
