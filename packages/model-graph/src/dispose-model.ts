/** Disposes the weights of a model. `model.dispose()` of tfjs does not dispose layers that are called more than once. */
import type * as tfl from "@tensorflow/tfjs-layers";

/** The model cannot be used afterwards. A layer inside two models lists its weights twice. */
export function disposeModel(model: tfl.LayersModel): void {
  for (const weight of new Set(model.weights)) weight.dispose();
}
