/** A matcher for tensors and numbers: |actual - expected| ≤ atol + rtol·|expected|, where NaN never equals anything. */
import type * as tf from "@tensorflow/tfjs-core";

type Nested = readonly (number | Nested)[];

/** A tensor, a typed array, or numbers in any depth of arrays. */
export type Numbers = tf.Tensor | ArrayLike<number> | Nested | number;

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
  const [shape, expectedShape] = [shapeOf(actual), shapeOf(expected)];
  if (shape && expectedShape && shape.join() !== expectedShape.join()) {
    return { pass: false, message: () => `expected shape [${expectedShape}], it is [${shape}]` };
  }
  if (a.length !== b.length) {
    return { pass: false, message: () => `expected ${b.length} numbers, there are ${a.length}` };
  }
  if (a.length === 0) return { pass: false, message: () => "expected numbers, both sides have none" };
  // Infinity is close to itself only: relative to it, everything would be.
  const isClose = (x: number, y: number): boolean =>
    x === y || (Number.isFinite(y) && Math.abs(x - y) <= atol + rtol * Math.abs(y));
  const wrong = a.flatMap((x, i) => (isClose(x, Number(b[i])) ? [] : [i]));
  const [first] = wrong;
  if (first === undefined) return { pass: true, message: () => "expected the numbers to differ" };
  return {
    pass: false,
    message: () =>
      `${wrong.length} of ${a.length} numbers differ by more than rtol ${rtol}, atol ${atol}; ` +
      `the first at ${position(first, shape ?? expectedShape)}: ${a[first]} instead of ${b[first]}; ` +
      `the largest difference is ${largest(wrong.map((i) => Math.abs(Number(a[i]) - Number(b[i]))))}`,
  };
}

function flatten(numbers: Numbers): readonly number[] {
  if (typeof numbers === "number") return [numbers];
  if ("dataSync" in numbers) return Array.from(numbers.dataSync());
  return Array.from<number | Nested>(numbers).flatMap((item) => flatten(item));
}

/** Only tensors have one: typed arrays are often compared with tensors of any shape. */
function shapeOf(numbers: Numbers): readonly number[] | null {
  return typeof numbers === "object" && "dataSync" in numbers ? numbers.shape : null;
}

/** `5` of a list, `[1, 2]` of a tensor. */
function position(index: number, shape: readonly number[] | null): string {
  if (shape === null) return String(index);
  const places: number[] = [];
  let rest = index;
  for (const size of shape.toReversed()) {
    places.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return `[${places.join(", ")}]`;
}

/** NaN as soon as one is. */
const largest = (differences: readonly number[]): number =>
  differences.reduce((a, b) => (Number.isNaN(b) || b > a ? b : a), 0);

declare module "vitest" {
  interface Matchers<T> {
    toBeAllClose: (expected: Numbers, tolerance?: Tolerance) => T;
  }
}
