/**
 * Run a model's own layers, producers before consumers, with the expensive ones replaced: batch normalisation in
 * training is one fused kernel, and a final softmax is left to the loss. Any `tf.LayersModel` runs.
 */
import { batchNormTraining } from "@secateur/backend/ops";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { TrainingError } from "./errors.ts";
import { finalSoftmax, type LayerUse, layerUses } from "./layer-uses.ts";
import { movingAverageUpdate } from "./moving-averages.ts";

export type Mode = "train" | "eval";

export interface ForwardOptions {
  /** "train": batch statistics and dropout. "eval": moving statistics. Default "eval". */
  readonly mode?: Mode;
  /** Let the batch statistics move the moving averages; only in mode "train". Default false. */
  readonly updateMovingAverages?: boolean;
}

/**
 * What the model computes before its final softmax (or all of it, where there is none), `[batch, classes]`.
 *
 * @param xs `[batch, ...input shape]`; the caller's to dispose, like the result.
 */
export function logits(model: tfl.LayersModel, xs: tf.Tensor, options: ForwardOptions = {}): tf.Tensor2D {
  const [input, ...moreInputs] = model.inputs;
  const [output, ...moreOutputs] = model.outputs;
  if (input === undefined || output === undefined || moreInputs.length + moreOutputs.length > 0) {
    throw new TrainingError(`model "${model.name}" must have one input and one output to be trained here`);
  }
  return tf.tidy(() => {
    const values = new Map<tfl.SymbolicTensor, tf.Tensor>([[input, xs]]);
    const softmax = finalSoftmax(model);
    for (const use of layerUses(model)) {
      if (use.inputs.length > 0) run(use, values, softmax, options);
    }
    const result = values.get(output);
    if (result === undefined || result.rank !== 2) {
      throw new TrainingError(
        `model "${model.name}" must give [batch, classes], not ${JSON.stringify(output.shape)}`,
      );
    }
    return result as tf.Tensor2D;
  });
}

function run(
  { layer, inputs, outputs }: LayerUse,
  values: Map<tfl.SymbolicTensor, tf.Tensor>,
  softmax: tfl.layers.Layer | null,
  options: ForwardOptions,
): void {
  const given = inputs.map((input) => {
    const value = values.get(input);
    if (value === undefined) throw new TrainingError(`layer "${layer.name}" has no input`);
    return value;
  });
  const results = [call(layer, given, softmax, options)].flat();
  for (const [i, output] of outputs.entries()) {
    const result = results[i];
    if (result !== undefined) values.set(output, result);
  }
}

function call(
  layer: tfl.layers.Layer,
  inputs: tf.Tensor[],
  softmax: tfl.layers.Layer | null,
  { mode = "eval", updateMovingAverages = false }: ForwardOptions,
): tf.Tensor | tf.Tensor[] {
  const [input] = inputs;
  if (layer === softmax && input !== undefined) return withoutSoftmax(layer, input);
  if (mode === "train" && layer.getClassName() === "BatchNormalization" && input !== undefined) {
    return normalize(layer, input, updateMovingAverages);
  }
  return layer.call(inputs, { training: mode === "train" });
}

/** The layer's affine part; a pure Softmax or Activation layer has none. */
function withoutSoftmax(layer: tfl.layers.Layer, input: tf.Tensor): tf.Tensor {
  const weight = (name: string): tf.Tensor | undefined =>
    layer.weights.find(({ originalName }) => originalName.endsWith(`/${name}`))?.read();
  const kernel = weight("kernel");
  if (kernel === undefined) return input;
  const product = tf.matMul(input as tf.Tensor2D, kernel as tf.Tensor2D);
  const bias = weight("bias");
  return bias === undefined ? product : tf.add(product, bias);
}

function normalize(layer: tfl.layers.Layer, x: tf.Tensor, updateMovingAverages: boolean): tf.Tensor {
  const { axis, epsilon } = layer.getConfig();
  const axes = [axis].flat();
  const isLast = axes.length === 1 && (axes[0] === -1 || axes[0] === x.rank - 1);
  if (!isLast || (x.rank !== 2 && x.rank !== 4)) return layer.call([x], { training: true }) as tf.Tensor;
  const weight = (name: string): tf.Tensor1D | null =>
    (layer.weights.find(({ originalName }) => originalName.endsWith(`/${name}`))?.read() as tf.Tensor1D) ??
    null;
  const rows = x as tf.Tensor2D | tf.Tensor4D;
  const { y, mean, variance } = batchNormTraining(rows, weight("gamma"), weight("beta"), Number(epsilon));
  if (updateMovingAverages) movingAverageUpdate(layer, mean, variance);
  return y;
}
