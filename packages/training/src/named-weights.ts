/** A model's weights by the name that does not depend on what else was built in the process: `conv1/kernel`. */
import type * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { TrainingError } from "./errors.ts";

export type NamedWeights = ReadonlyMap<string, tfl.LayerVariable>;

/** All weights. Throws when two layers share a name. */
export function namedWeights(model: tfl.LayersModel): NamedWeights {
  return byName(model.weights);
}

/** The weights that training changes: neither frozen nor moving averages. */
export function trainableWeights(model: tfl.LayersModel): NamedWeights {
  return byName(model.trainableWeights);
}

/** A layer's own weight by its short name, such as `kernel`. */
export function weightOfLayer(layer: tfl.layers.Layer, name: string): tfl.LayerVariable | undefined {
  return layer.weights.find(({ originalName }) => originalName.endsWith(`/${name}`));
}

/** The variable behind a layer's weight. tfjs-layers keeps it protected, and offers no other way to it. */
export function variableOf(weight: tfl.LayerVariable): tf.Variable {
  return (weight as unknown as { readonly val: tf.Variable }).val;
}

function byName(weights: readonly tfl.LayerVariable[]): NamedWeights {
  const named = new Map(weights.map((weight) => [weight.originalName, weight]));
  if (named.size === weights.length) return named;
  const seen = new Set<string>();
  const twice = weights.find(({ originalName }) => seen.has(originalName) || !seen.add(originalName));
  throw new TrainingError(
    `two weights are named "${twice?.originalName ?? ""}": give their layers different names`,
  );
}
