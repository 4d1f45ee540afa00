/** Refits the remaining weights of a pruned network on the scoring minibatches, of which only the inputs are read. */
import { compensate } from "@secateur/compensation";
import type { Plan } from "@secateur/surgery";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { BatchSource } from "../../inputs/batch-source.ts";
import { type JobEvent, repairCost } from "./job.ts";
import type { TrainedNetwork } from "./trained-network.ts";

export interface RepairedNetwork {
  /** A new model; the caller disposes it. */
  readonly model: tfl.LayersModel;
  readonly seconds: number;
  /** Whether the refit was discarded, because it moved the outputs away from the unpruned network's. */
  readonly isReverted: boolean;
}

/** @param plan - From the trained network to `model`. */
export async function* repairNetwork(
  model: tfl.LayersModel,
  plan: Plan,
  { graph, normalization }: TrainedNetwork,
  seed: number,
  data: BatchSource,
  note: string,
): AsyncGenerator<JobEvent, RepairedNetwork> {
  yield { type: "work", amount: 0, note: `${note}, repairing` };
  const start = performance.now();
  const samples = data.scoring(seed, normalization);
  const repaired = await compensate(graph.model, model, plan, samples, { graph, seed });
  const seconds = (performance.now() - start) / 1000;
  yield { type: "work", amount: repaired.report.samples * repairCost, note };
  return { model: repaired.model, seconds, isReverted: repaired.report.isReverted };
}
