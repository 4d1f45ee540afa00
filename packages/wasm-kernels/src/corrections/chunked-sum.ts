/**
 * `AddN` for WebGPU. tfjs's kernel binds every tensor at once, and a shader has 8 storage buffers by default: with 8 tensors or
 * more it does nothing, and the result is whatever its memory held. This one adds up to 7 at a time.
 */
import * as tf from "@tensorflow/tfjs-core";

const chunk = 7;

/** @param stock - The engine's own `AddN`. */
export function chunkedSum(stock: tf.KernelConfig): tf.KernelConfig {
  const kernelFunc: tf.KernelFunc = ({ inputs, attrs = {}, backend }) => {
    const run = (tensors: readonly tf.TensorInfo[]): tf.TensorInfo =>
      stock.kernelFunc({
        inputs: [...tensors] as unknown as tf.NamedTensorInfoMap,
        attrs,
        backend,
      }) as tf.TensorInfo;
    const tensors = Object.values(inputs) as readonly tf.TensorInfo[];
    if (tensors.length <= chunk) return run(tensors);
    return tf.tidy(() => {
      let sum = tf.engine().makeTensorFromTensorInfo(run(tensors.slice(0, chunk)));
      for (let i = chunk; i < tensors.length; i += chunk - 1)
        sum = tf.engine().makeTensorFromTensorInfo(run([sum, ...tensors.slice(i, i + chunk - 1)]));
      return sum;
    });
  };
  return { ...stock, kernelFunc };
}
