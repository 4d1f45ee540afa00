/** What layers get in a pass: of each channel the mean, and the share that is not 0. */
import * as tf from "@tensorflow/tfjs-core";
import { TrainingError } from "./errors.ts";
import type { Taps } from "./run-layers.ts";

interface Watched {
  /** The given taps, and on the watched layers' inputs also the watching. */
  readonly taps: Taps;
  /** After the pass, layer by layer: `[2, channels]`. Over all uses of a layer. */
  readonly results: () => readonly tf.Tensor[];
}

export function watchInputs(layers: readonly string[], others: Taps): Watched {
  const seen = new Map(layers.map((layer) => [layer, [] as tf.Tensor[]]));
  const taps = layers.map((layer) => {
    const tap = (x: tf.Tensor): tf.Tensor => {
      seen.get(layer)?.push(summary(x));
      return others[layer]?.(x) ?? x;
    };
    return [layer, tap] as const;
  });
  const results = (): readonly tf.Tensor[] =>
    [...seen].map(([layer, uses]) => {
      if (uses.length === 0) throw new TrainingError(`the model has no layer "${layer}" to watch`);
      return uses.length === 1 ? (uses[0] as tf.Tensor) : tf.mean(tf.stack(uses), 0);
    });
  return { taps: { ...others, ...Object.fromEntries(taps) }, results };
}

/** @param x `[batch, ..., channels]` @returns `[2, channels]` */
function summary(x: tf.Tensor): tf.Tensor {
  const others = [...x.shape.keys()].slice(0, -1);
  return tf.stack([tf.mean(x, others), tf.mean(tf.cast(tf.notEqual(x, 0), "float32"), others)]);
}
