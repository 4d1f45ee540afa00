/** A model's weights as a safetensors file, under tfjs's names and in tfjs's layout. */
import type * as tfl from "@tensorflow/tfjs-layers";
import { WeightsError } from "../errors.ts";
import { writeSafetensors } from "../formats/safetensors.ts";
import type { WeightTensor } from "../formats/weight-tensor.ts";
import { shapeOf } from "./wanted-weights.ts";

/**
 * `loadWeights` reads it back, bit for bit. Throws `WeightsError` when two weights share a name.
 *
 * @example await writeFile("model.safetensors", saveWeights(model));
 */
export function saveWeights(model: tfl.LayersModel): Uint8Array {
  const tensors = new Map<string, WeightTensor>();
  for (const weight of model.weights) {
    const name = weight.originalName;
    if (tensors.has(name))
      throw new WeightsError(`Two weights of the model are named "${name}": rename a layer`);
    tensors.set(name, { shape: shapeOf(weight), data: Float32Array.from(weight.read().dataSync()) });
  }
  return writeSafetensors(tensors, new Map([["format", "secateur"]]));
}
