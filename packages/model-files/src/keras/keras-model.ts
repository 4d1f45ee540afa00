/** A `tf.LayersModel` from the JSON configuration and the weights in a Keras file. */
import { disposeModel } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";
import { buildModel } from "../build-model.ts";
import { ModelFileError, unsupportedLayers } from "../errors.ts";
import { isRecord, type JsonObject } from "../json-object.ts";
import { parameterCount, type StoredWeights } from "../set-weights.ts";
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

/** @throws ModelFileError */
export function parseConfiguration(text: string, name: string): JsonObject {
  try {
    const topology: unknown = JSON.parse(text);
    if (isRecord(topology)) return topology;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  throw new ModelFileError(`"${name}" is damaged: its configuration is no JSON object`);
}

/** HDF5 may compress weights, or not store them at all where they are zero. */
const bytesPerFileByte = 64;
const slack = 2 ** 20;

/** @throws ModelFileError where the weights take more than 64 times the bytes of the file, and a megabyte. */
export function requirePlausibleSize(weights: StoredWeights, fileBytes: number): void {
  const [bytes, limit] = [4 * parameterCount(weights), bytesPerFileByte * fileBytes + slack];
  if (bytes <= limit) return;
  throw new ModelFileError(
    `the file has ${fileBytes} bytes and lists weights of ${bytes}, expected at most ${limit}: it is damaged`,
  );
}
