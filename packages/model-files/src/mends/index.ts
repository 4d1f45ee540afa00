/** Makes a configuration that Keras has written readable for tfjs. What tfjs reads already stays as it is. */
import type { JsonObject } from "../json-object.ts";
import { inboundNodes } from "./inbound-nodes.ts";
import { batchInputShape, sequentialInputShape } from "./input-shapes.ts";
import { keepDims } from "./keep-dims.ts";
import { activationNames, batchNormalizationAxis, leakyReluSlope, separableKernel } from "./layer-options.ts";
import { type LayerMend, mapLayers } from "./map-layers.ts";
import { operationLayers } from "./operations.ts";
import { regularizers } from "./regularizers.ts";
import { unwrapObjects } from "./serialized-objects.ts";

/** In this order: `operationLayers` reads the calls as Keras 3 writes them, `keepDims` as Keras 2 does. */
const mends: readonly LayerMend[] = [
  operationLayers,
  inboundNodes,
  batchInputShape,
  sequentialInputShape,
  regularizers,
  batchNormalizationAxis,
  leakyReluSlope,
  separableKernel,
  activationNames,
  keepDims,
];

/**
 * @param topology - `class_name` and `config` of a model.
 * @throws UnsupportedModelError for calls that tfjs cannot express.
 */
export function mendTopology(topology: JsonObject): JsonObject {
  const plain = unwrapObjects(topology) as JsonObject;
  return mends.reduce((model, mend) => mapLayers(model, mend), plain);
}
