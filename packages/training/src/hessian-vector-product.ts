/**
 * Hessian-vector products by central differences of gradients: `H v ≈ (∇E(W + ε v) - ∇E(W - ε v)) / 2ε`. tfjs's own
 * second derivatives are missing for convolutions and pooling, and wrong without a word for softmax, exp and tanh.
 *
 * The error is ε²/6 times a third derivative, plus float32's rounding of the gradients over ε. On a trained ResNet-20 in
 * mode "train", v = W, the exact product was met to 0.3, 0.2, 0.6 and 2 % by steps of 3e-2, 1e-2, 3e-3 and 1e-3. Where
 * units of ReLU change sign within ±ε, as in mode "eval", differences see the kinks, which a derivative at a point
 * leaves out: there the two agree only in tendency (a correlation of 0.9), and smaller steps make it worse.
 */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { Batch } from "./batch.ts";
import { TrainingError } from "./errors.ts";
import { isModel } from "./layer-uses.ts";
import { lossAndGradients } from "./loss-and-gradients.ts";
import { trainableWeights, variableOf } from "./named-weights.ts";
import type { Mode } from "./run-layers.ts";

export interface HessianOptions {
  /** Batch normalisation by batch ("train") or moving statistics ("eval"). Default "train". */
  readonly mode?: Mode;
  /** ‖ε v‖ relative to the norm of the weights that v moves. Default 1e-2. */
  readonly step?: number;
}

/**
 * Two more gradients of the minibatch's mean loss. The weights are what they were afterwards, to the bit.
 *
 * @param direction v by weight name, each of the weight's shape; what is left out is 0.
 * @returns H v by weight name, for all weights that train, `[the weight's shape]`. The caller's to dispose, as are the
 *   batch and the direction.
 * @throws TrainingError for a direction that is 0 or not finite, or names a weight that the model does not train.
 *
 * @example const product = hessianVectorProduct(model, batch, { "conv1/kernel": direction });
 */
export function hessianVectorProduct(
  model: tfl.LayersModel,
  batch: Batch,
  direction: Readonly<Record<string, tf.Tensor>>,
  { mode = "train", step = 1e-2 }: HessianOptions = {},
): Readonly<Record<string, tf.Tensor>> {
  if (mode === "train") refuseRandomLayers(model);
  const moved = weightsAlong(model, direction);
  const epsilon = stepSize(moved, step);
  const gradientsAt = (by: number): Readonly<Record<string, tf.Tensor>> => {
    for (const { weight, value, v } of moved) write(weight, () => tf.add(value, tf.mul(v, by)));
    const { loss, correct, gradients } = lossAndGradients(model, batch, { mode });
    tf.dispose([loss, correct]);
    return gradients;
  };
  try {
    const after = gradientsAt(epsilon);
    const before = orDispose(after, () => gradientsAt(-epsilon));
    const product = Object.entries(after).map(([name, gradient]) => {
      const slope = (): tf.Tensor => tf.div(tf.sub(gradient, before[name] ?? 0), 2 * epsilon);
      return [name, tf.tidy(slope)] as const;
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
  /** Before anything moved. */
  readonly value: tf.Tensor;
  readonly v: tf.Tensor;
}

function weightsAlong(
  model: tfl.LayersModel,
  direction: Readonly<Record<string, tf.Tensor>>,
): readonly MovedWeight[] {
  const weights = trainableWeights(model);
  const found = Object.entries(direction).map(([name, v]) => {
    const weight = weights.get(name);
    if (weight === undefined) throw new TrainingError(`the model trains no weight named "${name}"`);
    tf.util.assertShapesMatch(v.shape, weight.shape as number[], `direction of "${name}": `);
    return { weight, v };
  });
  // Clones: the direction may be the variables themselves, which are about to change.
  return found.map(({ weight, v }) => ({ weight, v: tf.clone(v), value: tf.clone(weight.read()) }));
}

function stepSize(moved: readonly MovedWeight[], step: number): number {
  const squares = (tensors: readonly tf.Tensor[]): tf.Tensor =>
    tf.addN([tf.scalar(0), ...tensors.map((tensor) => tf.sum(tf.square(tensor)))]);
  const [weights = 0, directions = 0] = tf.tidy(() =>
    tf
      .stack([squares(moved.map(({ value }) => value)), squares(moved.map(({ v }) => v))])
      .dataSync<"float32">(),
  );
  const epsilon = step * Math.sqrt(weights / directions);
  if (Number.isFinite(epsilon) && epsilon > 0) return epsilon;
  tf.dispose(moved.map(({ value, v }) => [value, v]));
  throw new TrainingError(
    `a Hessian-vector product needs weights and a direction that are finite and not 0: their norms are ${Math.sqrt(weights)} and ${Math.sqrt(directions)}`,
  );
}

function write(weight: tfl.LayerVariable, value: () => tf.Tensor): void {
  const tensor = tf.tidy(value);
  variableOf(weight).assign(tensor); // as it is: a layer's own way would apply its constraint
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

/** The two gradients would be those of two different networks. */
function refuseRandomLayers(model: tfl.LayersModel): void {
  for (const layer of model.layers) {
    if (isModel(layer)) refuseRandomLayers(layer);
    const { rate, stddev } = layer.getConfig();
    if (!(Number(rate ?? stddev ?? 0) > 0) || !/Dropout|Gaussian/.test(layer.getClassName())) continue;
    throw new TrainingError(
      `layer "${layer.name}" draws at random in mode "train", so gradients have no difference: use mode "eval"`,
    );
  }
}
