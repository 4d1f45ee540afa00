/**
 * Sets the weights of a model from named ones in files. tfjs, Keras 2, Keras 3 and tfjs-converter name the weights of one model
 * differently: `dw/depthwise_kernel`, `dw/depthwise_kernel:0`, `branch/dw/kernel`.
 */
import { isModel, variableOf, weightName } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { ModelFileError } from "./errors.ts";

interface StoredWeight {
  readonly shape: readonly number[];
  /** Reads it. The caller disposes the tensor. */
  tensor(): tf.Tensor;
}

/** By name, in the order of the file. */
export type StoredWeights = ReadonlyMap<string, StoredWeight>;

/** A layer that is not a model, with the names of the models around it: `["branch", "dw"]`. */
interface Leaf {
  readonly path: readonly string[];
  readonly weights: readonly tfl.LayerVariable[];
}

/**
 * Weights keep their order within a layer.
 *
 * @throws ModelFileError if there is no tensor for a weight, no weight for a tensor, or a shape differs.
 */
export function setWeights(model: tfl.LayersModel, stored: StoredWeights): void {
  const values = byName(model, stored) ?? byLayer(model, stored);
  for (const [weight, [name, value]] of values) {
    if (String(weight.shape) !== String(value.shape))
      throw new ModelFileError(
        `weight "${name}" has the shape [${value.shape}] in the file, and [${weight.shape}] in the model`,
      );
    variableOf(weight).assign(value.tensor()); // `write` would apply the layer's constraint, which Keras does not
  }
}

export function parameterCount(weights: StoredWeights): number {
  return [...weights.values()].reduce((sum, { shape }) => sum + tf.util.sizeFromShape([...shape]), 0);
}

type Values = ReadonlyMap<tfl.LayerVariable, readonly [name: string, value: StoredWeight]>;

/** With tfjs's own names; undefined if one is missing or ambiguous. */
function byName(model: tfl.LayersModel, stored: StoredWeights): Values | undefined {
  const weights = new Map(model.weights.map((weight) => [weight.originalName, weight]));
  if (weights.size !== new Set(model.weights).size || weights.size !== stored.size) return undefined;
  const values = new Map<tfl.LayerVariable, readonly [string, StoredWeight]>();
  for (const [name, value] of stored) {
    const weight = weights.get(name);
    if (weight === undefined) return undefined;
    values.set(weight, [name, value]);
  }
  return values;
}

function byLayer(model: tfl.LayersModel, stored: StoredWeights): Values {
  const leaves = [...leavesOf(model, [])];
  const saved = new Map<Leaf, (readonly [string, StoredWeight])[]>(leaves.map((leaf) => [leaf, []]));
  for (const [name, value] of stored) {
    const leaf = owner(leaves, name.split("/").slice(0, -1));
    if (leaf === undefined)
      throw new ModelFileError(`the model has no layer for the weight "${name}" in the file`);
    saved.get(leaf)?.push([name, value]);
  }
  return new Map([...saved].flatMap(([leaf, values]) => pairs(leaf, values)));
}

function pairs(
  { path, weights }: Leaf,
  values: readonly (readonly [string, StoredWeight])[],
): readonly (readonly [tfl.LayerVariable, readonly [string, StoredWeight]])[] {
  if (values.length !== weights.length)
    throw new ModelFileError(
      `the file has ${values.length} weights for the layer "${path.join("/")}", which has ${weights.length}`,
    );
  const lastParts = new Map(values.map((value) => [value[0].replace(/^.*\/|:0$/g, ""), value]));
  const hasAllNames = weights.every((weight) => lastParts.has(weightName(weight)));
  return weights.map((weight, i) => {
    const value =
      hasAllNames && lastParts.size === weights.length ? lastParts.get(weightName(weight)) : values[i];
    return [weight, value as readonly [string, StoredWeight]];
  });
}

function* leavesOf(model: tfl.LayersModel, prefix: readonly string[]): Generator<Leaf> {
  for (const layer of model.layers) {
    const path = [...prefix, ...layer.name.split("/")];
    if (isModel(layer)) yield* leavesOf(layer, path);
    else if (layer.weights.length > 0) yield { path, weights: layer.weights };
  }
}

/**
 * The layer whose whole path occurs in the name, in order: the longest path, then the one that starts first. If there is
 * none, the layer whose own name occurs.
 */
function owner(leaves: readonly Leaf[], name: readonly string[]): Leaf | undefined {
  const matching = leaves.filter(({ path }) => isSubsequence(path, name));
  const byOwnName = leaves.filter(({ path }) => name.includes(path.at(-1) ?? ""));
  const candidates = matching.length > 0 ? matching : byOwnName;
  const start = ({ path: [first = ""] }: Leaf): number => name.indexOf(first);
  return candidates.toSorted((a, b) => b.path.length - a.path.length || start(a) - start(b))[0];
}

function isSubsequence(part: readonly string[], whole: readonly string[]): boolean {
  let at = 0;
  for (const item of whole) if (item === part[at]) at++;
  return at === part.length;
}
