/** Runs one layer call: by a faster operation than tfjs-layers' where there is one, else by `layer.call`. */
import type { LayerCall } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import { normalizeBatch, normalizeByAverages } from "./batch-normalization.ts";
import { activated, convolve, isDilatedConvolution, isPlainConvolution } from "./convolution.ts";
import { withoutActivation } from "./final-activation.ts";
import { type Pass, usesBatch } from "./pass.ts";
import { isRandom } from "./random-layers.ts";
import { isRecurrent, runRecurrent } from "./recurrent.ts";
import { isRelu6 } from "./relu6.ts";

/** @param mask - Of the first input, `[batch, steps]`; recurrent layers read it. */
export function runLayer(
  call: LayerCall,
  inputs: readonly tf.Tensor[],
  pass: Pass,
  mask?: tf.Tensor,
): readonly tf.Tensor[] {
  const { layer } = call;
  const [input] = inputs;
  if (input !== undefined && pass.finalActivations.calls.has(call)) return [withoutActivation(call, input)];
  const result = input === undefined ? null : runReplaced(call, input, pass);
  if (result !== null) return [result];
  if (isRecurrent(call)) return runRecurrent(call, inputs, pass.dropout, mask);
  const isNormalization = call.className === "BatchNormalization";
  const training = isNormalization
    ? usesBatch(pass, call.path)
    : isRandom(call.className)
      ? pass.dropout
      : pass.mode === "train";
  return [layer.call([...inputs], { training })].flat();
}

/** The output of a layer with a faster operation; null for all others. */
function runReplaced({ path, className, layer }: LayerCall, input: tf.Tensor, pass: Pass): tf.Tensor | null {
  if (className === "BatchNormalization")
    return usesBatch(pass, path)
      ? normalizeBatch(layer, input, pass.onStatistics)
      : normalizeByAverages(layer, input);
  if (isPlainConvolution(layer)) return convolve(layer, input);
  if (isDilatedConvolution(layer)) return activated(layer, convolve(layer, input));
  return isRelu6(layer) ? tf.relu6(input) : null;
}
