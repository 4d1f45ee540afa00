/** tfjs-node omits the type attributes of this operation, which TensorFlow infers when it runs it but not in a graph. */
import * as tf from "@tensorflow/tfjs-core";
import { defineTensorFlowKernel } from "./run-op.ts";

export const expandDims: tf.KernelConfig = defineTensorFlowKernel<"input", tf.ExpandDimsAttrs>(
  tf.ExpandDims,
  ({ inputs: { input }, attrs: { dim } }) => {
    const shape = [...input.shape];
    shape.splice(dim < 0 ? dim + input.rank + 1 : dim, 0, 1);
    return tf.reshape(input, shape);
  },
);
