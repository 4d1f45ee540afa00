/** A matcher for tensors and numbers: |actual - expected| ≤ atol + rtol·|expected|, where NaN never equals anything. */
import type * as tf from "@tensorflow/tfjs-core";

export type Numbers = tf.Tensor | ArrayLike<number> | number;

export interface Tolerance {
  /** Relative, default 1e-5. */
  readonly rtol?: number;
  /** Absolute, default 1e-6. */
  readonly atol?: number;
}

interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

export function toBeAllClose(
  actual: Numbers,
  expected: Numbers,
  { rtol = 1e-5, atol = 1e-6 }: Tolerance = {},
): MatcherResult {
  const [a, b] = [flatten(actual), flatten(expected)];
  if (a.length !== b.length) {
    return { pass: false, message: () => `expected ${b.length} numbers, there are ${a.length}` };
  }
  const isClose = (x: number, y: number): boolean => Math.abs(x - y) <= atol + rtol * Math.abs(y);
  const wrong = a.flatMap((x, i) => (isClose(x, Number(b[i])) ? [] : [i]));
  const [first] = wrong;
  if (first === undefined) return { pass: true, message: () => "expected the numbers to differ" };
  return {
    pass: false,
    message: () =>
      `${wrong.length} of ${a.length} numbers differ by more than rtol ${rtol}, atol ${atol}; ` +
      `the first at ${first}: ${a[first]} instead of ${b[first]}`,
  };
}

function flatten(numbers: Numbers): readonly number[] {
  if (typeof numbers === "number") return [numbers];
  return Array.from("dataSync" in numbers ? numbers.dataSync() : numbers);
}

declare module "vitest" {
  interface Matchers<T> {
    toBeAllClose: (expected: Numbers, tolerance?: Tolerance) => T;
  }
}
