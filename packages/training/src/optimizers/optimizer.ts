/**
 * An optimiser updates weights given by path. Its state can be saved, restored, and sliced together with the weights when
 * units are removed.
 */
import type { NamedWeights } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";

export interface Optimizer {
  readonly name: string;
  learningRate: number;
  /** One update. `gradients` are by weight path; the caller disposes them. */
  readonly apply: (weights: NamedWeights, gradients: Readonly<Record<string, tf.Tensor>>) => void;
  /** Copies of the state tensors by `slot/weight path`, for instance `momentum/conv1/kernel`; the caller disposes them. */
  readonly state: () => Readonly<Record<string, tf.Tensor>>;
  /** Restores a state; the tensors are copied. */
  readonly restore: (state: Readonly<Record<string, tf.Tensor>>) => void | Promise<void>;
  /**
   * Replaces every state tensor that has the shape of a weight, for instance by the slice that surgery keeps. Replaced
   * tensors are disposed; `change` may return its argument.
   */
  readonly rewrite: (change: (weightPath: string, tensor: tf.Tensor) => tf.Tensor) => void;
  readonly dispose: () => void;
}

/** Owns the state tensors of an optimiser, by key. */
export interface Slots {
  /** Zeros of the shape of `like` if there is no tensor yet. */
  readonly get: (key: string, like: tf.Tensor) => tf.Tensor;
  /** Takes ownership of the tensor. */
  readonly set: (key: string, value: tf.Tensor) => void;
  readonly state: Optimizer["state"];
  readonly restore: Optimizer["restore"];
  readonly rewrite: Optimizer["rewrite"];
  readonly dispose: () => void;
}

export function slots(): Slots {
  const tensors = new Map<string, tf.Tensor>();
  const set = (key: string, value: tf.Tensor): void => {
    tensors.get(key)?.dispose();
    tensors.set(key, tf.keep(value));
  };
  return {
    get(key, like) {
      const existing = tensors.get(key);
      if (existing !== undefined) return existing;
      const zeros = tf.keep(tf.zerosLike(like));
      tensors.set(key, zeros);
      return zeros;
    },
    set,
    state: () => Object.fromEntries([...tensors].map(([key, tensor]) => [key, tf.clone(tensor)])),
    restore(state) {
      for (const tensor of tensors.values()) tensor.dispose();
      tensors.clear();
      for (const [key, tensor] of Object.entries(state)) set(key, tf.clone(tensor));
    },
    rewrite(change) {
      for (const [key, tensor] of tensors) {
        const changed = change(key.slice(key.indexOf("/") + 1), tensor);
        if (changed !== tensor) set(key, changed);
      }
    },
    dispose() {
      for (const tensor of tensors.values()) tensor.dispose();
      tensors.clear();
    },
  };
}
