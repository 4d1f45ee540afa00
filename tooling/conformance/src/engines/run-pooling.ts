/** ∂L/∂x of a pooling on the current engine, for comparison with `poolingGradient`. */
import * as tf from "@tensorflow/tfjs-core";
import { outputShape, type Pooling, poolingGradient, poolingValues } from "./pooling-reference.ts";

export interface PoolingResult {
  readonly actual: Float32Array;
  readonly expected: Float64Array;
}

export async function runPooling(pooling: Pooling): Promise<PoolingResult> {
  const { kind, batch, sizes, channels, window, stride, pad } = pooling;
  const shape = [batch, ...sizes, channels];
  const shapeOfOutput = [...outputShape(pooling)];
  const x = poolingValues(tf.util.sizeFromShape(shape));
  const dy = poolingValues(tf.util.sizeFromShape(shapeOfOutput), 5);
  const kernel = `${kind === "max" ? "Max" : "Avg"}Pool${sizes.length === 3 ? "3D" : ""}`;
  const attrs = { filterSize: window, strides: stride, pad, dimRoundingMode: "floor" };
  const dx = tf.tidy(() => {
    const input = tf.tensor(x, shape);
    const output = tf.engine().runKernel<tf.Tensor>(kernel, { x: input }, attrs);
    const inputs = { dy: tf.tensor(dy, shapeOfOutput), input, output };
    return tf.engine().runKernel<tf.Tensor>(`${kernel}Grad`, inputs, attrs);
  });
  const actual = await dx.data<"float32">();
  dx.dispose();
  return { actual, expected: poolingGradient(pooling, x, dy) };
}
