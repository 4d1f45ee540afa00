/**
 * Computes a function and its gradients on the tested engine and on tfjs's cpu backend, and compares the gradients with
 * directional finite differences.
 */
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-layers"; // registers tfjs's gradients
import * as tf from "@tensorflow/tfjs-core";
import { expect } from "vitest";

/** Whether wasm is the tested engine: it is, unless SECATEUR_TEST_ENGINE names another. */
export const onWasm: boolean = (process.env["SECATEUR_TEST_ENGINE"] ?? "wasm") === "wasm";

export interface Input {
  readonly shape: number[];
  readonly values: Float32Array;
}

type Fn = (...xs: tf.Tensor[]) => tf.Tensor;

/** A small generator (mulberry32), so that a seed gives the same numbers on every engine. */
export function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function input(shape: number[], seed: number, value = (u: number): number => 2 * u - 1): Input {
  const next = uniform(seed);
  return { shape, values: Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => value(next())) };
}

/** Different values at least 0.1 apart, so that no small step changes which one is the largest. */
export function distinct(shape: number[], seed: number, offset = 0): Input {
  const next = uniform(seed);
  const size = tf.util.sizeFromShape(shape);
  const order = Array.from({ length: size }, (_, i) => i);
  for (let i = size - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [order[i], order[j]] = [Number(order[j]), Number(order[i])];
  }
  return { shape, values: Float32Array.from(order, (k) => 0.1 * (k - size / 2) + offset) };
}

const tensors = (inputs: readonly Input[]): tf.Tensor[] =>
  inputs.map(({ shape, values }) => tf.tensor(values.slice(), shape, "float32"));

/** [y, gradients …] for a fixed random ∂y. */
const evaluate = (f: Fn, inputs: readonly Input[]): Float32Array[] =>
  tf.tidy(() => {
    const xs = tensors(inputs);
    const y = f(...xs);
    const dy = tf.tensor(input(y.shape, 999).values, y.shape);
    return [y, ...tf.grads(f)(xs, dy)].map((tensor) => tensor.dataSync() as Float32Array);
  });

export async function onCpu<T>(run: () => T): Promise<T> {
  const tested = tf.getBackend();
  await tf.setBackend("cpu");
  try {
    return run();
  } finally {
    await tf.setBackend(tested);
  }
}

export async function expectSameOnCpu(f: Fn, inputs: readonly Input[], reference: Fn = f): Promise<void> {
  const expected = await onCpu(() => evaluate(reference, inputs));
  const actual = evaluate(f, inputs);
  expect(actual.length).toBe(expected.length);
  expected.forEach((values, i) => {
    expect(actual[i]).toBeAllClose(values, { rtol: 1e-4, atol: 1e-4 });
  });
}

/** (L(x + tv) - L(x - tv)) / 2t = ∇L·v for random directions v, with L = Σ ∂y·f(x). */
export function expectFiniteDifferences(f: Fn, inputs: readonly Input[], step = 1e-2): void {
  const [y, ...gradients] = evaluate(f, inputs);
  const dy = input([Number(y?.length)], 999).values;
  const loss = (which: number, direction: Float32Array, t: number): number =>
    tf.tidy(() => {
      const moved = inputs.map((one, i) =>
        i === which ? { ...one, values: one.values.map((v, k) => v + t * Number(direction[k])) } : one,
      );
      const values = f(...tensors(moved)).dataSync() as Float32Array;
      return values.reduce((sum, v, k) => sum + v * Number(dy[k]), 0);
    });
  gradients.forEach((gradient, which) => {
    const direction = input([gradient.length], 77 + which).values;
    const exact = gradient.reduce((sum, g, k) => sum + g * Number(direction[k]), 0);
    const numeric = (loss(which, direction, step) - loss(which, direction, -step)) / (2 * step);
    expect(numeric).toBeAllClose(exact, { rtol: 2e-3, atol: 5e-3 });
  });
}
