/**
 * Stochastic gradient descent with momentum and weight decay, as PyTorch defines it:
 * `v ← μ v + (g + λ w)`, `w ← w - η v`, or with Nesterov momentum `w ← w - η (g + λ w + μ v)`.
 */
import { momentumUpdate } from "@secateur/backend/ops";
import type * as tf from "@tensorflow/tfjs-core";
import { type Optimizer, slots } from "./optimizer.ts";

export interface SgdOptions {
  readonly learningRate: number;
  /** Default 0. */
  readonly momentum?: number;
  /** λ. Default 0. */
  readonly weightDecay?: number;
  /** Weights that decay: all, or only kernels, not biases, γ or β. Default "all". */
  readonly decay?: "all" | "kernels";
  /** Default false. */
  readonly nesterov?: boolean;
}

/** @example const optimizer = sgd({ learningRate: 0.1, momentum: 0.9, weightDecay: 5e-4 }); */
export function sgd({
  learningRate,
  momentum = 0,
  weightDecay = 0,
  decay = "all",
  nesterov = false,
}: SgdOptions): Optimizer {
  const { get, set, ...state } = slots();
  const decayOf = (name: string): number => (decay === "all" || name.endsWith("kernel") ? weightDecay : 0);
  // Without momentum there is no state, and the kernel does not read the old velocity.
  const velocityOf = (key: string, gradient: tf.Tensor): tf.Tensor =>
    momentum === 0 ? gradient : get(key, gradient);
  const store = (key: string, velocity: tf.Tensor): void =>
    momentum === 0 ? velocity.dispose() : set(key, velocity);
  return {
    name: "sgd",
    learningRate,
    apply(weights, gradients) {
      for (const [name, weight] of weights) {
        const gradient = gradients[name];
        if (gradient === undefined) continue;
        const key = `momentum/${name}`;
        const attrs = { learningRate: this.learningRate, momentum, weightDecay: decayOf(name), nesterov };
        const [value, velocity] = momentumUpdate(weight.read(), gradient, velocityOf(key, gradient), attrs);
        weight.write(value);
        value.dispose();
        store(key, velocity);
      }
    },
    ...state,
  };
}
