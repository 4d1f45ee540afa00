/** softmaxCrossEntropy in JavaScript, in place on the heap: there are only a few thousand values. */
import { type KernelConfig, util } from "@tensorflow/tfjs-core";
import { floats, makeOutput, offsetOf } from "../simd/wasm-heap.ts";
import { defineFusedKernel } from "./define-kernel.ts";

const sumOf = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0);

/** Writes ∂loss/∂logits of one example and returns its loss. */
const example = (logits: Float32Array, labels: Float32Array, gradient: Float32Array): number => {
  const largest = logits.reduce((a, b) => (a > b || Number.isNaN(a) ? a : b), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (let k = 0; k < logits.length; k++) sum += Math.exp((logits[k] ?? 0) - largest);
  const logSum = Math.log(sum) + largest;
  const weight = sumOf(labels);
  let loss = 0;
  for (let k = 0; k < logits.length; k++) {
    const [logit, label] = [logits[k] ?? 0, labels[k] ?? 0];
    loss += label === 0 ? 0 : label * (logSum - logit);
    gradient[k] = weight * Math.exp(logit - logSum) - label;
  }
  return loss;
};

export const softmaxCrossEntropy: KernelConfig = defineFusedKernel(
  "SoftmaxCrossEntropy",
  ({ inputs: { logits, labels }, backend }) => {
    const [batch = 0, classes = 0] = logits.shape;
    const loss = makeOutput(backend, [batch]);
    const gradient = makeOutput(backend, logits.shape);
    const view = (tensor: typeof logits): Float32Array =>
      floats(backend, offsetOf(backend, tensor), util.sizeFromShape(tensor.shape));
    const [logitValues, labelValues, gradientValues, losses] = [
      view(logits),
      view(labels),
      view(gradient),
      view(loss),
    ];
    for (let n = 0; n < batch; n++) {
      const row = [n * classes, (n + 1) * classes] as const;
      losses[n] = example(
        logitValues.subarray(...row),
        labelValues.subarray(...row),
        gradientValues.subarray(...row),
      );
    }
    return [loss, gradient];
  },
);
