// softmaxCrossEntropy (ops/softmax-cross-entropy.ts) as TensorFlow's fused operation.

import * as tf from "@tensorflow/tfjs-core";
import { softmaxCrossEntropyKernel } from "../../ops/softmax-cross-entropy.ts";
import { defineTensorFlowKernel, runOp } from "./run-op.ts";

export const softmaxCrossEntropy: tf.KernelConfig = defineTensorFlowKernel<"logits" | "labels">(
  softmaxCrossEntropyKernel,
  ({ inputs: { logits, labels }, backend }) =>
    tf.tidy(() => {
      const [loss, difference] = runOp(backend, "SoftmaxCrossEntropyWithLogits", [logits, labels], {
        outputs: 2,
      });
      if (!loss || !difference) throw new TypeError("SoftmaxCrossEntropyWithLogits gave too few outputs");
      // TensorFlow gives softmax - labels, right for labels that add up to one; here they may have any sum.
      const softmax = tf.add(difference, labels);
      return [loss, tf.sub(tf.mul(softmax, tf.sum(labels, 1, true)), labels)];
    }),
);
