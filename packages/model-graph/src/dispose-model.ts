/** Frees a model's memory. tfjs's own `model.dispose()` forgets the weights of layers that are used more than once. */
import type * as tfl from "@tensorflow/tfjs-layers";

/** The model cannot be used afterwards. A layer inside two models lists its weights twice. */
export function disposeModel(model: tfl.LayersModel): void {
  for (const weight of new Set(model.weights)) weight.dispose();
}
