/** Refits what remains after a removal, where the options ask for it. */
import { type CompensationReport, compensate } from "@secateur/compensation";
import type { DependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import type { Plan } from "@secateur/surgery";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { KeptInputs } from "./keep-inputs.ts";
import type { CompensateSettings } from "./prune-options.ts";

/**
 * Disposes `smaller` and returns its refitted copy, or returns it as it is without inputs.
 *
 * @param before - Graph of the model that `plan` is for.
 */
export async function compensateRemoval(
  before: DependencyGraph,
  smaller: tfl.LayersModel,
  plan: Plan,
  inputs: KeptInputs,
  settings: CompensateSettings & { readonly seed: number },
): Promise<{ readonly model: tfl.LayersModel; readonly compensation: CompensationReport | null }> {
  const samples = inputs.take();
  if (samples.length === 0) return { model: smaller, compensation: null };
  try {
    const { swapUnits, trials, onGroup, ...options } = settings;
    const { model, report } = await compensate(before.model, smaller, plan, samples, {
      ...options,
      graph: before,
    });
    return { model, compensation: report };
  } finally {
    disposeModel(smaller);
    tf.dispose(samples.map(({ xs }) => xs));
  }
}
