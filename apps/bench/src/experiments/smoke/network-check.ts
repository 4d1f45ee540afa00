/** Numbers of one network on one engine that must be equal on every engine, and after minibatches of other sizes. */
import { createModel, type ModelName } from "@secateur/models";
import { disposeBatch, lossAndGradients } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { randomBatch } from "./measure-steps.ts";

export interface CheckedNumbers {
  readonly loss: number;
  /** The L2 norm of all gradients together. */
  readonly gradientNorm: number;
  /** `loss` once more, after a minibatch of another size. */
  readonly lossAgain: number;
}

const batch = 2;

export function checkNetwork(name: ModelName): CheckedNumbers {
  const model = createModel(name);
  try {
    const { loss, gradientNorm } = numbersOf(model, batch);
    numbersOf(model, batch + 1);
    return { loss, gradientNorm, lossAgain: numbersOf(model, batch).loss };
  } finally {
    model.dispose();
  }
}

function numbersOf(model: tfl.LayersModel, size: number): Omit<CheckedNumbers, "lossAgain"> {
  const xy = randomBatch(model, size);
  const step = lossAndGradients(model, xy);
  const [loss = Number.NaN, squares = Number.NaN] = tf.tidy(() => {
    const sums = Object.values(step.gradients).map((gradient) => tf.sum(tf.square(gradient)));
    return tf.stack([step.loss, tf.addN(sums)]).dataSync<"float32">();
  });
  tf.dispose({ ...step });
  disposeBatch(xy);
  return { loss, gradientNorm: Math.sqrt(squares) };
}
