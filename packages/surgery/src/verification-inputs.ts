/** Inputs on which two models are compared: random numbers, or whole numbers where a layer looks them up. */
import { type GraphTensor, type InputShape, inputSizes, modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";

/** By layer class: the number in its configuration that all values of its input are below. */
const lookups: Readonly<Record<string, string>> = { Embedding: "inputDim", CategoryEncoding: "numTokens" };

/** Values of inputs of type int32 that no layer looks up are below this, as pixels are. */
const integerBound = 256;

interface RandomInputs {
  readonly samples: number;
  readonly seed: number;
  /** Default: the sizes of the model's inputs, 32 where they are open. */
  readonly inputShape?: InputShape | undefined;
}

/** @returns `[samples, ...input shape]` per input, or as many samples as a model with a stateful layer takes: standard normal, or whole numbers. The caller disposes them. */
export function randomInputs(
  model: tfl.LayersModel,
  { samples, seed, inputShape }: RandomInputs,
): readonly tf.Tensor[] {
  const { inputs } = modelGraph(model);
  const given = inputShape === undefined ? null : inputSizes(model, inputShape);
  const bounds = indexBounds(model);
  return inputs.map((input, i) => {
    const sizes = given?.[i] ?? input.shape.slice(1).map((size) => size ?? 32);
    const shape = [input.shape[0] ?? samples, ...sizes];
    const isInteger = model.inputs[i]?.dtype === "int32";
    const bound = bounds.get(input) ?? (isInteger ? integerBound : null);
    if (bound === null) return tf.randomNormal(shape, 0, 1, "float32", seed + i + 1);
    return tf.tidy(() => tf.floor(tf.randomUniform(shape, 0, bound, "float32", seed + i + 1)));
  });
}

/** For the inputs that are looked up: the number that their values must be below. */
function indexBounds(model: tfl.LayersModel): ReadonlyMap<GraphTensor, number> {
  const { calls, producers, inputs } = modelGraph(model);
  const bounds = new Map<GraphTensor, number>();
  const lower = (tensor: GraphTensor, bound: number): void => {
    if (bound >= (bounds.get(tensor) ?? Number.POSITIVE_INFINITY)) return;
    bounds.set(tensor, bound);
    const call = producers.get(tensor);
    if (call === undefined || call.layer.weights.length > 0) return; // its outputs are no indices of the user's
    const largest = call.className === "Add" ? Math.floor((bound - 1) / call.inputs.length) + 1 : bound;
    for (const input of call.inputs) lower(input, largest);
  };
  for (const { className, layer, inputs: read } of calls) {
    const bound = lookupBound(className, layer.getConfig());
    if (bound !== null) for (const tensor of read) lower(tensor, bound);
  }
  return new Map([...bounds].filter(([tensor]) => inputs.includes(tensor)));
}

/** Of a layer, or of the layer that a wrapper such as TimeDistributed holds. */
function lookupBound(className: string, config: tf.serialization.ConfigDict): number | null {
  if (Object.hasOwn(lookups, className)) return Number(config[lookups[className] ?? ""]);
  const inner = config["layer"] as { readonly className?: string; readonly config?: object } | undefined;
  if (typeof inner?.className !== "string") return null;
  return lookupBound(inner.className, { ...inner.config });
}
