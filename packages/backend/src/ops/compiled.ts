// A function of tensors that an engine may make its own program of. The tensorflow engine does: what takes it 300 calls
// one after another becomes one graph, run without JavaScript between, its independent parts side by side. Everywhere
// else, and until it is worth the while, the function is simply called.

import * as tf from "@tensorflow/tfjs-core";

/**
 * It must be pure: what it gives depends on nothing but its inputs' values and its own constants, and it reads no value
 * into JavaScript. What it makes on the way is disposed for it; it does not dispose its inputs.
 */
export type TensorFunction = (inputs: readonly tf.Tensor[]) => readonly tf.Tensor[];

/** @returns A function that gives the same as `f`. */
type Compiler = (f: TensorFunction) => TensorFunction;

const compilers = new Map<string, Compiler>();

/** Tells how the named tfjs backend compiles. */
export const registerCompiler = (backendName: string, compiler: Compiler): void => {
  compilers.set(backendName, compiler);
};

/**
 * @param f - Pure in the tensors given to it: everything that may change from call to call, weights included, is an input.
 * @returns A function that gives what `f` gives, within float32's rounding; on the tensorflow engine as one graph after
 *   half a second of calls with inputs of the same shapes. Where a graph cannot be had, for instance because `f` draws
 *   random numbers, `f` itself goes on being called.
 *
 * @example
 * const step = compiled(([x, w]) => [tf.relu(tf.matMul(x, w))]);
 * const [y] = step([x, w]);
 */
export const compiled = (f: TensorFunction): TensorFunction => {
  const byBackend = new Map<string, TensorFunction>();
  const onCurrentBackend = (): TensorFunction => {
    tf.backend();
    const backendName = tf.getBackend();
    const known = byBackend.get(backendName) ?? compilers.get(backendName)?.(f) ?? f;
    byBackend.set(backendName, known);
    return known;
  };
  return (inputs) => tf.tidy(() => [...onCurrentBackend()(inputs)]);
};
