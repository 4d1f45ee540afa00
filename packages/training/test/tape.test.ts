/** The backward pass over tfjs's tape, compared with tfjs's own. */
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-layers"; // registers tfjs's gradients
import { describe, expect, it } from "vitest";
import { valueAndGradients } from "../src/gradients/tape.ts";

/** The gradients of a scalar function of variables, by this package and by tfjs. */
function both(
  values: readonly number[][],
  f: (xs: readonly tf.Variable[]) => tf.Scalar,
): {
  readonly ours: readonly (tf.Tensor | undefined)[];
  readonly theirs: readonly (tf.Tensor | undefined)[];
} {
  const xs = values.map((value) => tf.tidy(() => tf.variable(tf.tensor1d(value))));
  const { value, gradients } = valueAndGradients(() => [f(xs)], xs);
  const stock = tf.variableGrads(() => f(xs), xs);
  expect(value).toBeAllClose(stock.value);
  tf.dispose([value, stock.value, xs]);
  return { ours: gradients, theirs: xs.map(({ name }) => stock.grads[name]) };
}

describe("gradients equal those of tfjs", () => {
  const cases: Record<string, (xs: readonly tf.Variable[]) => tf.Scalar> = {
    "a tensor with several readers": ([x, y]) => {
      const square = tf.mul(x as tf.Variable, x as tf.Variable);
      return tf.sum(tf.add(tf.mul(square, y as tf.Variable), tf.relu(square)));
    },
    "a sum of a tensor with itself": ([x]) => tf.sum(tf.add(x as tf.Variable, x as tf.Variable)),
    "several outputs of one operation": ([x, y]) => {
      const [a, b] = tf.split(tf.concat([x as tf.Variable, y as tf.Variable]), 2);
      return tf.sum(tf.mul(tf.square(a as tf.Tensor), b as tf.Tensor));
    },
    "operations whose gradients read only shapes": ([x, y]) => {
      const square = tf.reshape(tf.square(x as tf.Variable), [2, 2]);
      const padded = tf.pad(tf.sub(square, y as tf.Variable), [
        [1, 0],
        [0, 2],
      ]); // y, as a row, is broadcast
      const joined = tf.concat([padded, tf.add(tf.square(padded), tf.mean(square))], 1);
      return tf.sum(tf.square(tf.sum(tf.mul(joined, joined), 0)));
    },
    "an output that nothing reads": ([x, y]) => {
      const [a] = tf.split(tf.mul(x as tf.Variable, y as tf.Variable), 2);
      return tf.sum(tf.exp(a as tf.Tensor));
    },
    "a custom gradient that returns its argument": ([x, y]) => {
      const identity = tf.customGrad((input) => ({
        value: tf.clone(input as tf.Tensor),
        gradFunc: (dy) => dy as tf.Tensor,
      }));
      return tf.sum(tf.mul(identity(tf.square(x as tf.Variable)), y as tf.Variable));
    },
  };
  it.each(Object.entries(cases))("%s", (name, f) => {
    const second = name.includes("shapes") ? [0.25, 1] : [0.25, 1, -1, 2];
    const { ours, theirs } = both([[1, -2, 3, 0.5], second], f);
    for (const [i, gradient] of theirs.entries()) {
      if (gradient === undefined || gradient === null) expect(ours[i]).toBeUndefined();
      else expect(ours[i]).toBeAllClose(gradient);
    }
    tf.dispose([[...ours], [...theirs]]);
  });
});

describe("memory", () => {
  it("only the value, the other results and the gradients remain", () => {
    const x = tf.tidy(() => tf.variable(tf.tensor1d([1, 2])));
    const before = tf.memory().numTensors;
    const { value, others, gradients } = valueAndGradients(() => {
      const y = tf.exp(tf.square(x));
      return [tf.sum(y), tf.mean(y)];
    }, [x]);
    expect(tf.memory().numTensors).toBe(before + 3);
    tf.dispose([value, others, gradients, x]);
  });

  it("inputs of operations whose gradients read only shapes are not kept", () => {
    const x = tf.tidy(() => tf.variable(tf.tensor1d([1, -2, 3, 0.5])));
    const { numTensors } = tf.memory();
    let kept = Number.NaN;
    const { value, gradients } = valueAndGradients(() => {
      const a = tf.add(x, 1);
      const row = tf.reshape(tf.sub(a, x), [1, 4]);
      const padded = tf.pad(tf.concat([row, row]), [
        [0, 1],
        [0, 0],
      ]);
      const total = tf.sum<tf.Scalar>(tf.mean(padded, 0));
      kept = tf.memory().numTensors - numTensors;
      return [total];
    }, [x]);
    expect(kept).toBe(7); // the results themselves
    tf.dispose([value, gradients as tf.Tensor[], x]);
  });

  it("intermediate gradients are disposed during the backward pass", () => {
    const x = tf.tidy(() => tf.variable(tf.ones([1000])));
    const sizes: number[] = [];
    const watch = tf.customGrad((input) => ({
      value: tf.clone(input as tf.Tensor),
      gradFunc: (dy) => {
        sizes.push(tf.memory().numBytes);
        return tf.clone(dy as tf.Tensor);
      },
    }));
    const { value, gradients } = valueAndGradients(() => {
      let y: tf.Tensor = x;
      for (let i = 0; i < 20; i++) y = watch(tf.mul(y, tf.ones([1000])));
      return [tf.sum(y)];
    }, [x]);
    // Each of the 20 operations frees its saved tensors and its gradient.
    expect(sizes.at(-1)).toBeLessThanOrEqual(sizes[0] ?? 0);
    tf.dispose([value, gradients, x]);
  });

  it("no tensors remain when the function or a gradient throws, and the next pass works", () => {
    const x = tf.tidy(() => tf.variable(tf.tensor1d([1, 2])));
    const before = tf.memory().numTensors;
    const boom = (): never => {
      throw new Error("boom");
    };
    expect(() => valueAndGradients(() => [tf.sum(boom() ?? tf.square(x))], [x])).toThrow("boom");
    const late = tf.customGrad((input) => ({ value: tf.square(input as tf.Tensor), gradFunc: boom }));
    expect(() => valueAndGradients(() => [tf.sum(late(tf.exp(x)))], [x])).toThrow("boom");
    expect(tf.memory().numTensors).toBe(before);
    const { value, gradients } = valueAndGradients(() => [tf.sum(tf.square(x))], [x]);
    expect(gradients[0]).toBeAllClose([2, 4]);
    tf.dispose([value, gradients, x]);
  });
});

it("is refused inside another gradient", () => {
  const [x, y] = tf.tidy(() => [tf.variable(tf.tensor1d([1, 2])), tf.variable(tf.scalar(1))] as const);
  const inner = (): tf.Scalar => valueAndGradients(() => [tf.sum(tf.square(x))], [x]).value;
  expect(() => tf.variableGrads(inner, [y])).toThrow(/inside another gradient/);
  tf.dispose([x, y]);
});
