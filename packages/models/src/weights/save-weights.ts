/** Saves a model's weights as safetensors, by path and in tfjs's layout. */
import { modelGraph } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";
import { writeSafetensors } from "../formats/safetensors.ts";
import { shapeOf } from "./expected-weights.ts";

/**
 * A safetensors file that `loadWeights` reads back bit for bit. Names are paths such as `backbone/conv1/kernel`.
 *
 * @throws ModelGraphError if two layers of the model have the same path.
 *
 * @example await writeFile("model.safetensors", saveWeights(model));
 */
export function saveWeights(model: tfl.LayersModel): Uint8Array {
  const tensors = [...modelGraph(model).weights].map(([path, weight]) => {
    const data = Float32Array.from(weight.read().dataSync());
    return [path, { shape: shapeOf(weight), data }] as const;
  });
  return writeSafetensors(new Map(tensors), new Map([["format", "secateur"]]));
}
