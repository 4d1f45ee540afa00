/** Keras's `.h5` files, as Keras 2 and 3 write them. */
import type * as tfl from "@tensorflow/tfjs-layers";
import { ModelFileError } from "../errors.ts";
import type { StoredWeight, StoredWeights } from "../set-weights.ts";
import { type Hdf5Group, namesAttribute, storedWeight, subgroup, textAttribute, withHdf5 } from "./hdf5.ts";
import { kerasModel, parseConfiguration, requirePlausibleSize } from "./keras-model.ts";

/** @throws ModelFileError, UnsupportedModelError */
export async function loadKerasH5(bytes: Uint8Array, name: string): Promise<tfl.LayersModel> {
  return await withHdf5(bytes, name, (file) => {
    const config = textAttribute(file, "model_config");
    const group = subgroup(file, "model_weights");
    if (config === undefined || group === undefined)
      throw new ModelFileError(
        `"${name}" holds no model, only weights or other data: save the whole model with model.save("model.keras")`,
      );
    const weights = weightsIn(group);
    requirePlausibleSize(weights, bytes.byteLength);
    return kerasModel(parseConfiguration(config, name), weights);
  });
}

/** By `layer/weight`. */
function weightsIn(group: Hdf5Group): StoredWeights {
  const weights = new Map<string, StoredWeight>();
  for (const layer of namesAttribute(group, "layer_names")) {
    const layerGroup = subgroup(group, layer);
    if (layerGroup === undefined) throw new ModelFileError(`the weights of the layer "${layer}" are missing`);
    for (const weight of namesAttribute(layerGroup, "weight_names")) {
      weights.set(`${layer}/${weight}`, storedWeight(layerGroup, weight));
    }
  }
  return weights;
}
