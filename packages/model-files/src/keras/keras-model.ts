/** A `tf.LayersModel` from the JSON configuration and the weights in a Keras file. */
import { disposeModel } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";
import { buildModel } from "../build-model.ts";
import { unsupportedLayers } from "../errors.ts";
import type { JsonObject } from "../json-object.ts";
import type { StoredWeights } from "../set-weights.ts";
import { differences } from "./differences.ts";
import { graphDifferences } from "./graph-differences.ts";

/**
 * @param weights - By the path of their layer, in the order in which Keras lists the weights of a layer.
 * @throws ModelFileError if the weights are not those of the model; UnsupportedModelError with every layer that cannot be
 * converted.
 */
export function kerasModel(topology: JsonObject, weights: StoredWeights): tfl.LayersModel {
  const model = buildModel(topology, weights, differences);
  const different = graphDifferences(model);
  if (different.length === 0) return model;
  disposeModel(model);
  throw unsupportedLayers(different);
}
