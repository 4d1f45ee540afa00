/**
 * Hessian-vector products by central differences of gradients: `H v ≈ (∇E(W + ε v) - ∇E(W - ε v)) / 2ε`, with an error of
 * O(ε²) plus float32 rounding over ε. (tfjs has no second derivatives of convolutions and pooling, and wrong ones of softmax,
 * exp and tanh.) In mode "eval" differences include the kinks of ReLU, which derivatives do not.
 */
import { differentiableWeights, trainableWeights, variableOf } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { Batch } from "../batch.ts";
import { TrainingError } from "../errors.ts";
import type { Mode } from "../forward/pass.ts";
import { checkLabels } from "../losses/check-labels.ts";
import type { LossOption } from "../losses/model-loss.ts";
import { scalars } from "./finite.ts";
import { lossAndGradients } from "./loss-and-gradients.ts";

export interface HessianOptions {
  /** A list of one loss per output for several outputs. Default: cross-entropy behind softmax, binary cross-entropy behind sigmoid. */
  readonly loss?: LossOption | undefined;
  /** Batch normalisation by the minibatch's statistics ("train") or by moving averages ("eval"). Default "train". */
  readonly mode?: Mode;
  /** ‖ε v‖ relative to the norm of the weights in `direction`. Default 1e-2. */
  readonly perturbation?: number;
  /** Parts that the minibatch is computed in, as in `trainStep`. Default 1. */
  readonly microBatches?: number;
}

/**
 * Costs two forward and backward passes. Dropout is off. The weights are restored exactly.
 *
 * @param direction - v by weight path, each of the weight's shape; weights may be frozen, missing ones count as 0. The caller
 *   disposes it.
 * @returns H v by weight path, for all trainable weights and those of the direction. The caller disposes it.
 * @throws TrainingError for a direction that is 0 or not finite, or for a weight that the model does not have.
 *
 * @example const product = await hessianVectorProduct(model, batch, { "conv1/kernel": direction });
 */
export async function hessianVectorProduct(
  model: tfl.LayersModel,
  batch: Batch,
  direction: Readonly<Record<string, tf.Tensor>>,
  { loss: lossOption, mode = "train", perturbation = 1e-2, microBatches = 1 }: HessianOptions = {},
): Promise<Readonly<Record<string, tf.Tensor>>> {
  await checkLabels(model, batch, lossOption);
  const moved = movedWeights(model, direction);
  const epsilon = await epsilonFor(moved, perturbation);
  const weights = [...new Set([...trainableWeights(model).keys(), ...Object.keys(direction)])];
  const options = {
    mode,
    dropout: false,
    weights,
    microBatches,
    ...(lossOption === undefined ? {} : { loss: lossOption }),
  };
  const gradientsAt = (by: number): Readonly<Record<string, tf.Tensor>> => {
    for (const { weight, value, v } of moved) write(weight, () => tf.add(value, tf.mul(v, by)));
    const { loss, correct, gradients } = lossAndGradients(model, batch, options);
    tf.dispose([loss, correct]);
    return gradients;
  };
  try {
    const after = gradientsAt(epsilon);
    const before = orDispose(after, () => gradientsAt(-epsilon));
    const product = Object.entries(after).map(([path, gradient]) => {
      const slope = (): tf.Tensor => tf.div(tf.sub(gradient, before[path] ?? 0), 2 * epsilon);
      return [path, tf.tidy(slope)] as const;
    });
    tf.dispose([after, before]);
    return Object.fromEntries(product);
  } finally {
    for (const { weight, value } of moved) variableOf(weight).assign(value);
    tf.dispose(moved.map(({ value, v }) => [value, v]));
  }
}

interface MovedWeight {
  readonly weight: tfl.LayerVariable;
  /** Before the perturbation. */
  readonly value: tf.Tensor;
  readonly v: tf.Tensor;
}

function movedWeights(
  model: tfl.LayersModel,
  direction: Readonly<Record<string, tf.Tensor>>,
): readonly MovedWeight[] {
  const weights = differentiableWeights(model);
  const checked = Object.entries(direction).map(([path, v]) => {
    const weight = weights.get(path);
    if (weight === undefined)
      throw new TrainingError(`the model has no weight "${path}" to differentiate with respect to`);
    tf.util.assertShapesMatch(v.shape, weight.shape as number[], `direction of "${path}": `);
    return { weight, v };
  });
  // Clones, because the direction may hold the variables themselves.
  return checked.map(({ weight, v }) => ({ weight, v: tf.clone(v), value: tf.clone(weight.read()) }));
}

async function epsilonFor(moved: readonly MovedWeight[], perturbation: number): Promise<number> {
  const squares = (tensors: readonly tf.Tensor[]): tf.Tensor =>
    tf.addN([tf.scalar(0), ...tensors.map((tensor) => tf.sum(tf.square(tensor)))]);
  const sums = tf.tidy(() => [squares(moved.map(({ value }) => value)), squares(moved.map(({ v }) => v))]);
  const [weights = 0, directions = 0] = await scalars(...sums);
  tf.dispose(sums);
  const epsilon = perturbation * Math.sqrt(weights / directions);
  if (Number.isFinite(epsilon) && epsilon > 0) return epsilon;
  tf.dispose(moved.map(({ value, v }) => [value, v]));
  throw new TrainingError(
    `the weights and the direction must be finite and not 0: their norms are ${Math.sqrt(weights)} and ${Math.sqrt(directions)}`,
  );
}

function write(weight: tfl.LayerVariable, value: () => tf.Tensor): void {
  const tensor = tf.tidy(value);
  variableOf(weight).assign(tensor); // not LayerVariable.write, which applies the weight's constraint
  tensor.dispose();
}

function orDispose<T>(tensors: tf.TensorContainer, f: () => T): T {
  try {
    return f();
  } catch (error) {
    tf.dispose(tensors);
    throw error;
  }
}
