/** A softmax at a model's end is left to the loss, which is stable and cheap only together with it. */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { TrainingError } from "./errors.ts";
import { isModel } from "./layer-uses.ts";
import { weightOfLayer } from "./named-weights.ts";

/** Throws where the loss would not be the cross-entropy of the model's output. */
export function checkEndsInSoftmax(model: tfl.LayersModel): void {
  if (endsInSoftmax(model)) return;
  throw new TrainingError(
    `model "${model.name}" must end in a softmax: a Dense or Activation layer with it, or a Softmax layer`,
  );
}

/** A layer that is a softmax, or whose activation is one; or a model that ends in such a layer. */
export function endsInSoftmax(layer: tfl.layers.Layer): boolean {
  if (isModel(layer)) {
    const last = layer.outputs[0]?.sourceLayer;
    return last !== undefined && endsInSoftmax(last);
  }
  const className = layer.getClassName();
  if (className === "Softmax")
    return [undefined, null, -1, 1].some((axis) => axis === layer.getConfig()["axis"]);
  return (
    (className === "Dense" || className === "Activation") && layer.getConfig()["activation"] === "softmax"
  );
}

/**
 * What such a layer computes before its softmax: its affine part; a pure Softmax or Activation layer has none.
 *
 * @param input `[batch, inputs]` @returns `[batch, classes]`
 */
export function withoutSoftmax(layer: tfl.layers.Layer, input: tf.Tensor): tf.Tensor {
  const weight = (name: string): tf.Tensor | undefined => weightOfLayer(layer, name)?.read();
  const kernel = weight("kernel");
  if (kernel === undefined) return input;
  const product = tf.matMul(input as tf.Tensor2D, kernel as tf.Tensor2D);
  const bias = weight("bias");
  return bias === undefined ? product : tf.add(product, bias);
}
