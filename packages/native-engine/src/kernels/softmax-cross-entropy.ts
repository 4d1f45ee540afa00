/** softmaxCrossEntropy as TensorFlow's fused operation. */
import * as tf from "@tensorflow/tfjs-core";
import { defineFusedKernel, runOp } from "./run-op.ts";

export const softmaxCrossEntropy: tf.KernelConfig = defineFusedKernel(
  "SoftmaxCrossEntropy",
  ({ inputs: { logits, labels }, backend }) =>
    tf.tidy(() => {
      const [loss, difference] = runOp(backend, "SoftmaxCrossEntropyWithLogits", [logits, labels], {
        outputs: 2,
      });
      if (!loss || !difference) throw new TypeError("SoftmaxCrossEntropyWithLogits gave too few outputs");
      // TensorFlow returns softmax - labels, the gradient for labels that sum to one; these may have any sum.
      const softmax = tf.add(difference, labels);
      return [loss, tf.sub(tf.mul(softmax, tf.sum(labels, 1, true)), labels)];
    }),
);
