/**
 * The gradient of depthToSpace, the pixel shuffle of Shi et al. 2016 (arXiv 1609.05158), which tfjs lacks on every engine. The
 * operation moves numbers, so its gradient moves them back.
 */
import * as tf from "@tensorflow/tfjs-core";
import { TrainingError } from "../errors.ts";

/** Runs `f` so that `tf.depthToSpace` recorded on the tape has a gradient. tfjs is as before afterwards. */
export function withDepthToSpaceGradient<T>(f: () => T): T {
  if (tf.getGradient(tf.DepthToSpace) !== undefined) return f();
  tf.registerGradient({ kernelName: tf.DepthToSpace, gradFunc });
  try {
    return f();
  } finally {
    tf.unregisterGradient(tf.DepthToSpace);
  }
}

const gradFunc: tf.GradFunc = (dy, _saved, { blockSize, dataFormat }) => {
  if (dataFormat !== "NHWC")
    throw new TrainingError(
      `depthToSpace has a gradient for channels-last data only, not for ${dataFormat}: use "NHWC"`,
    );
  return { x: () => spaceToDepth(dy as tf.Tensor4D, Number(blockSize)) };
};

/** @param y - `[batch, rows · block, columns · block, channels]` */
function spaceToDepth(y: tf.Tensor4D, block: number): tf.Tensor {
  return tf.tidy(() => {
    const [batch, height, width, channels] = y.shape;
    const [rows, columns] = [height / block, width / block];
    const blocks = tf.reshape(y, [batch, rows, block, columns, block, channels]);
    const gathered = tf.transpose(blocks, [0, 1, 3, 2, 4, 5]); // [batch, rows, columns, block, block, channels]
    return tf.reshape(gathered, [batch, rows, columns, block * block * channels]);
  });
}
