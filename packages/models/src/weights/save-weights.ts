/** Saves a model's weights as safetensors. */
import type * as tfl from "@tensorflow/tfjs-layers";
import { writeSafetensors } from "../formats/safetensors.ts";
import { expectedWeights, type WeightNaming } from "./expected-weights.ts";

export interface SaveOptions {
  /** Default "secateur": weight paths and tfjs's layout. "pytorch": for PyTorch's `load_state_dict`. */
  readonly naming?: WeightNaming;
}

/** The `format` in the metadata; "pt" is the safetensors library's word for PyTorch. */
const formats: Readonly<Record<WeightNaming, string>> = { secateur: "secateur", pytorch: "pt" };

/**
 * A safetensors file that `loadWeights` reads back bit for bit. With the naming "pytorch" a PyTorch network whose layers
 * have the model's names and sizes, smaller ones after pruning, loads it; `num_batches_tracked` is not written.
 *
 * @throws ModelGraphError if two layers of the model have the same path. WeightsError for a layer that has no counterpart in
 * PyTorch.
 *
 * @example await writeFile("resnet50.safetensors", saveWeights(model, { naming: "pytorch" }));
 */
export function saveWeights(model: tfl.LayersModel, { naming = "secateur" }: SaveOptions = {}): Uint8Array {
  const tensors = expectedWeights(model, naming).map(({ name, weight, toFile }) => {
    return [name, toFile(Float32Array.from(weight.read().dataSync()))] as const;
  });
  return writeSafetensors(new Map(tensors), new Map([["format", formats[naming]]]));
}
