/** Builds a `tf.LayersModel` from a Keras configuration: all of it or, after an error, nothing. */
import { isSecateurError } from "@secateur/base";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { checkConnections } from "./check-connections.ts";
import { ModelFileError, unsupportedLayers } from "./errors.ts";
import type { JsonObject } from "./json-object.ts";
import { toCamelCase } from "./keras-names.ts";
import { layerEntries } from "./layer-entries.ts";
import { mendTopology } from "./mends/index.ts";
import { parameterCount, type StoredWeights, setWeights } from "./set-weights.ts";
import { withZeroWeights } from "./zero-weights.ts";

/** Beyond, models are refused: tfjs takes time that grows with the square of the layers. Real networks have 3,000 at most. */
const maximumLayers = 10_000;

/** Says which option of a layer tfjs lacks. */
export type MissingOption = (className: string, config: JsonObject) => string | undefined;

/**
 * Sets every weight and runs no initializers.
 *
 * @param topology - `class_name` and `config`, as any version of Keras or tfjs writes them.
 * @throws UnsupportedModelError with every layer that tfjs cannot express.
 * @throws ModelFileError if tfjs refuses the configuration, the weights are not those of the model, or it has more than
 * 10,000 layers.
 */
export function buildModel(
  topology: JsonObject,
  weights: StoredWeights,
  missingOption: MissingOption = () => undefined,
): tfl.LayersModel {
  return withoutLeftovers(() => {
    requireFewLayers(topology);
    const mended = mendTopology(topology);
    requireLayers(mended, topology, missingOption);
    checkConnections(mended);
    const model = withoutTensors(() => withZeroWeights(parameterCount(weights), () => modelOf(mended)));
    tf.tidy(() => setWeights(model, weights));
    return model;
  });
}

function modelOf({ class_name: className, config }: JsonObject): tfl.LayersModel {
  // A functional model of a class of its own is read as what it is.
  const Model = className === "Sequential" ? tfl.Sequential : tfl.LayersModel;
  const { fromConfig } = Model as unknown as {
    fromConfig(
      cls: unknown,
      config: unknown,
      customObjects: object,
      fastWeightInit: boolean,
    ): tfl.LayersModel;
  };
  return fromConfig(Model, toCamelCase(config), {}, true);
}

function requireFewLayers(topology: JsonObject): void {
  const { length } = layerEntries(topology);
  if (length > maximumLayers)
    throw new ModelFileError(`the model has ${length} layers, expected at most ${maximumLayers}`);
}

function requireLayers(mended: JsonObject, topology: JsonObject, missingOption: MissingOption): void {
  const classes = tf.serialization.SerializationMap.getMap().classNameMap;
  const unknown = layerEntries(mended).filter(({ className }) => !Object.hasOwn(classes, className));
  const list = unknown.map(({ path, className }) => `${path} (${className})`);
  for (const { path, className, config } of layerEntries(topology)) {
    const option = missingOption(className, config);
    if (option !== undefined) list.push(`${path} (${className} with ${option})`);
  }
  if (list.length > 0) throw unsupportedLayers(list);
}

/** Disposes the tensors, other than variables, that tfjs makes meanwhile: it leaves a value whose variable it refuses. */
function withoutTensors<T extends object>(build: () => T): T {
  const made: T[] = [];
  tf.tidy(() => void made.push(build())); // `tidy` would search what it returns for tensors
  return made[0] as T;
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
    if (isSecateurError(cause)) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new ModelFileError(`tfjs cannot build the model: ${message}`, { cause });
  }
}
