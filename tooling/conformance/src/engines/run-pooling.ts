/** ∂L/∂x of a pooling on the current engine, for comparison with `poolingGradient`. */
import * as tf from "@tensorflow/tfjs-core";
import { outputShape, type Pooling, poolingOperands } from "./pooling-reference.ts";

/** `[batch, ...sizes, channels]` of `poolingOperands`. */
export async function runPooling(pooling: Pooling): Promise<Float32Array> {
  const { kind, batch, sizes, channels, window, stride, pad } = pooling;
  const { x, dy } = poolingOperands(pooling);
  const kernel = `${kind === "max" ? "Max" : "Avg"}Pool${sizes.length === 3 ? "3D" : ""}`;
  const attrs = { filterSize: window, strides: stride, pad, dimRoundingMode: "floor" };
  const dx = tf.tidy(() => {
    const input = tf.tensor(x, [batch, ...sizes, channels]);
    const output = tf.engine().runKernel<tf.Tensor>(kernel, { x: input }, attrs);
    const inputs = { dy: tf.tensor(dy, [...outputShape(pooling)]), input, output };
    return tf.engine().runKernel<tf.Tensor>(`${kernel}Grad`, inputs, attrs);
  });
  const values = await dx.data<"float32">();
  dx.dispose();
  return values;
}
