/**
 * A function of tensors that the engine may compile. The tensorflow engine makes it one graph, run without JavaScript
 * between the operations and with independent operations in parallel. Other engines call the function.
 */
import * as tf from "@tensorflow/tfjs-core";
import { currentCapabilities, type TensorFunction } from "./engine-capabilities.ts";

/**
 * @param f - Pure: everything that may change from call to call, weights included, is an input.
 * @returns A function with the outputs of `f`, within float32's rounding. The tensorflow engine runs it as one graph after
 *   half a second of calls with inputs of the same shapes, and calls `f` where it has no graph, for instance because `f`
 *   uses random numbers.
 *
 * @example
 * const step = compiled(([x, w]) => [tf.relu(tf.matMul(x, w))]);
 * const [y] = step([x, w]);
 */
export function compiled(f: TensorFunction): TensorFunction {
  const byBackend = new Map<string, TensorFunction>();
  const onCurrentBackend = (): TensorFunction => {
    const { compile } = currentCapabilities();
    const backendName = tf.getBackend();
    const forBackend = byBackend.get(backendName) ?? compile?.(f) ?? f;
    byBackend.set(backendName, forBackend);
    return forBackend;
  };
  return (inputs) => tf.tidy(() => [...onCurrentBackend()(inputs)]);
}
