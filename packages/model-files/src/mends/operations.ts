/**
 * In Keras 3, `x + y` is an operation of `keras.ops` with the name of a layer. Operations on tensors alone become that
 * layer; any other keeps a name that tfjs has no class for, so that it is reported.
 */
import { isRecord, type JsonObject } from "../json-object.ts";
import type { LayerMend } from "./map-layers.ts";

const layersLikeOperations = new Set(["Add", "Multiply", "Maximum", "Minimum"]);

export const operationLayers: LayerMend = (layer) => {
  const { module, class_name: className, inbound_nodes: nodes } = layer;
  if (typeof module !== "string" || !/^keras(\.src)?\.ops\b/.test(module)) return layer;
  if (String(className).startsWith("ops.")) return layer;
  const isLayer = layersLikeOperations.has(String(className)) && [nodes].flat().every(hasTensorsAlone);
  return isLayer ? layer : { ...layer, class_name: `ops.${className}`, inbound_nodes: [] };
};

function hasTensorsAlone(node: unknown): boolean {
  const { args } = isRecord(node) ? node : ({} as JsonObject);
  return (
    Array.isArray(args) && args.every((arg) => isRecord(arg) && arg["class_name"] === "__keras_tensor__")
  );
}
