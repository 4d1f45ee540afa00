/** Keras 3 calls an InputLayer's shape `batch_shape`; a Sequential without InputLayer has it as `build_input_shape`. */
import { isRecord, type JsonObject } from "../json-object.ts";
import type { LayerMend } from "./map-layers.ts";

export const batchInputShape: LayerMend = (layer) => {
  if (layer["class_name"] !== "InputLayer" || !isRecord(layer["config"])) return layer;
  const { batch_shape: batchShape, ...config } = layer["config"];
  if (batchShape === undefined) return layer;
  return { ...layer, config: { ...config, batch_input_shape: batchShape } };
};

export const sequentialInputShape: LayerMend = (layer) => {
  const { config } = layer;
  if (layer["class_name"] !== "Sequential" || !isRecord(config) || !Array.isArray(config["layers"]))
    return layer;
  const shape = config["build_input_shape"];
  const [first, ...rest] = config["layers"];
  if (!Array.isArray(shape) || !isRecord(first) || hasInputShape(first)) return layer;
  const firstConfig = isRecord(first["config"]) ? first["config"] : {};
  const withShape = { ...first, config: { ...firstConfig, batch_input_shape: shape } };
  return { ...layer, config: { ...config, layers: [withShape, ...rest] } };
};

/** A model as the first layer has an input of its own. */
function hasInputShape({ class_name: className, config }: JsonObject): boolean {
  if (className === "InputLayer" || !isRecord(config)) return true;
  return "layers" in config || Array.isArray(config["batch_input_shape"]);
}
