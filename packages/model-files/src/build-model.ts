/** Builds a `tf.LayersModel` from a Keras configuration: all of it or, after an error, nothing. */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { ModelFileError, UnsupportedModelError } from "./errors.ts";
import type { JsonObject } from "./json-object.ts";
import { toCamelCase } from "./keras-names.ts";
import { unknownLayers } from "./layer-entries.ts";

/**
 * Initializers do not run; `setWeights` has to set every weight.
 *
 * @param topology - `class_name` and `config` as Keras 2 writes them.
 * @throws UnsupportedModelError with every layer whose class tfjs lacks.
 * @throws ModelFileError if tfjs refuses the configuration or `setWeights` throws.
 */
export function buildModel(
  topology: JsonObject,
  setWeights: (model: tfl.LayersModel) => void,
): tfl.LayersModel {
  requireKnownLayers(topology);
  return withoutLeftovers(() => {
    const model = modelOf(topology);
    tf.tidy(() => setWeights(model));
    return model;
  });
}

function modelOf(topology: JsonObject): tfl.LayersModel {
  const className = String(topology["class_name"]);
  const entry = tf.serialization.SerializationMap.getMap().classNameMap[className];
  if (entry === undefined)
    throw new UnsupportedModelError(`tfjs has no class of models called "${className}"`);
  const [Model, fromConfig] = entry;
  const config = toCamelCase(topology["config"]) as tf.serialization.ConfigDict;
  const build = fromConfig as (...args: readonly unknown[]) => tfl.LayersModel;
  return build(Model, config, {}, true);
}

function requireKnownLayers(topology: JsonObject): void {
  const unknown = unknownLayers(topology);
  if (unknown.length === 0) return;
  const list = unknown.map(({ path, className }) => `${path} (${className})`).join(", ");
  throw new UnsupportedModelError(
    `tfjs has no class for these layers: ${list}. Pass classes of your own as \`customLayers\`, or replace the layers ` +
      "before exporting the model",
  );
}

/** Disposes the variables that a failed `build` has made. Nothing else runs meanwhile, as `build` is synchronous. */
function withoutLeftovers(build: () => tfl.LayersModel): tfl.LayersModel {
  const { registeredVariables } = tf.engine().state;
  const before = new Set(Object.keys(registeredVariables));
  try {
    return build();
  } catch (cause) {
    for (const [name, variable] of Object.entries(registeredVariables)) {
      if (!before.has(name)) variable.dispose();
    }
    if (cause instanceof ModelFileError || cause instanceof UnsupportedModelError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new ModelFileError(`tfjs cannot build the model: ${message}`, { cause });
  }
}
