/** Hooks that record statistics of layers' inputs: for each channel the mean, and the fraction of non-zero values. */
import * as tf from "@tensorflow/tfjs-core";
import { TrainingError } from "../errors.ts";
import { type Hooks, hookAt } from "../forward/pass.ts";

interface InputStatistics {
  /** Record an input, then apply the given hook. */
  readonly hooks: Hooks;
  /** After the pass: for each layer `[2, channels]`, the mean over its calls. */
  readonly results: () => readonly tf.Tensor[];
}

/** @param layers - Paths of the layers whose inputs are recorded. */
export function recordInputs(layers: readonly string[], others: Hooks): InputStatistics {
  const recorded = new Map(layers.map((layer) => [layer, [] as tf.Tensor[]]));
  const hooks = layers.map((layer) => {
    const hook = (x: tf.Tensor): tf.Tensor => {
      recorded.get(layer)?.push(summary(x));
      return hookAt(others, layer)?.(x) ?? x;
    };
    return [layer, hook] as const;
  });
  const results = (): readonly tf.Tensor[] =>
    [...recorded].map(([layer, calls]) => {
      if (calls.length === 0) throw new TrainingError(`the model has no layer "${layer}" to record`);
      return calls.length === 1 ? (calls[0] as tf.Tensor) : tf.mean(tf.stack(calls), 0);
    });
  return { hooks: { ...others, ...Object.fromEntries(hooks) }, results };
}

/** @param x - `[batch, ..., channels]` @returns `[2, channels]` */
function summary(x: tf.Tensor): tf.Tensor {
  const others = [...x.shape.keys()].slice(0, -1);
  return tf.stack([tf.mean(x, others), tf.mean(tf.cast(tf.notEqual(x, 0), "float32"), others)]);
}
