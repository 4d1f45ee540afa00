/**
 * Adam (Kingma and Ba, ICLR 2015, arXiv 1412.6980), optionally with decoupled weight decay (AdamW, arXiv 1711.05101):
 * `m ← β₁ m + (1-β₁) g`, `v ← β₂ v + (1-β₂) g²`, `w ← w - η λ w - η m̂ / (√v̂ + ε)`.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Optimizer, slots } from "./optimizer.ts";

export interface AdamOptions {
  /** Default 1e-3. */
  readonly learningRate?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** λ, decoupled. Default 0. */
  readonly weightDecay?: number;
}

const stepKey = "step/";

/** @example const optimizer = adam({ learningRate: 1e-3 }); */
export function adam(options: AdamOptions = {}): Optimizer {
  const { learningRate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = options;
  const moments = slots();
  const { get, set } = moments;
  let step = 0; // a number, not a tensor: reading a tensor waits for the engine
  return {
    name: "adam",
    learningRate,
    apply(weights, gradients) {
      step++;
      for (const [name, weight] of weights) {
        const gradient = gradients[name];
        if (gradient === undefined) continue;
        const next = tf.tidy(() => {
          const value = weight.read();
          const m = tf.add(tf.mul(get(`first/${name}`, value), beta1), tf.mul(gradient, 1 - beta1));
          const v = tf.add(
            tf.mul(get(`second/${name}`, value), beta2),
            tf.mul(tf.square(gradient), 1 - beta2),
          );
          set(`first/${name}`, m);
          set(`second/${name}`, v);
          const deviation = tf.add(tf.sqrt(tf.div(v, 1 - beta2 ** step)), epsilon);
          const decayed = weightDecay === 0 ? value : tf.mul(value, 1 - this.learningRate * weightDecay);
          return tf.sub(decayed, tf.mul(tf.div(m, deviation), this.learningRate / (1 - beta1 ** step)));
        });
        weight.write(next);
        next.dispose();
      }
    },
    state: () => ({ ...moments.state(), [stepKey]: tf.scalar(step) }),
    async restore({ [stepKey]: steps, ...rest }) {
      await moments.restore(rest);
      step = Number((await steps?.data())?.[0] ?? 0);
    },
    rewrite: moments.rewrite,
    dispose() {
      step = 0;
      moments.dispose();
    },
  };
}
