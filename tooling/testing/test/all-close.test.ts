/** The matcher is trusted by every other test: what it must accept, what it must not, and what it says. */
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { toBeAllClose } from "../src/index.ts";

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

it("accepts tensors, typed arrays, nested arrays and numbers within the tolerance", () => {
  const tensor = tf.tensor2d([
    [1, 2],
    [3, 4],
  ]);
  expect(tensor).toBeAllClose(tensor);
  expect(tensor).toBeAllClose([
    [1, 2],
    [3, 4],
  ]);
  expect(Float32Array.of(1, 2)).toBeAllClose([1.000009, 2]);
  expect(100).toBeAllClose(101, { rtol: 0.01 });
  expect([0]).toBeAllClose([1e-3], { atol: 1e-3 });
  expect([infinity, -infinity]).toBeAllClose([infinity, -infinity]);
  tensor.dispose();
});

it("NaN never equals anything, infinity only itself", () => {
  for (const other of [nan, infinity, -infinity, 0]) expect([nan]).not.toBeAllClose([other]);
  expect([0]).not.toBeAllClose([nan]);
  expect([infinity]).not.toBeAllClose([-infinity]);
  expect([1e38]).not.toBeAllClose([infinity], { rtol: 0 });
  expect([1]).not.toBeAllClose([1.1]);
});

it("a finite number is not close to infinity, whatever the relative tolerance", () => {
  expect([1]).not.toBeAllClose([infinity]);
});

it("tells where the first difference is and how large the largest", () => {
  const [a, b] = [tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([1, 2, 5, 8], [2, 2])];
  const { message } = toBeAllClose(a, b);
  expect(message()).toBe(
    "2 of 4 numbers differ by more than rtol 0.00001, atol 0.000001; the first at [1, 0]: 3 instead of 5; " +
      "the largest difference is 4",
  );
  expect(toBeAllClose([1, nan, 3], [1, 2, 9]).message()).toContain(
    "the first at 1: NaN instead of 2; the largest difference is NaN",
  );
  tf.dispose([a, b]);
});

it("no numbers are not close to no numbers: a name that both sides lack would pass", () => {
  expect([]).not.toBeAllClose([]);
  expect(toBeAllClose([], []).message()).toBe("expected numbers, both sides have none");
});

it("shapes and lengths differ", () => {
  const [row, column] = [tf.zeros([1, 2]), tf.zeros([2, 1])];
  expect(toBeAllClose(row, column).message()).toBe("expected shape [2,1], it is [1,2]");
  expect(toBeAllClose([1], [1, 2]).message()).toBe("expected 2 numbers, there are 1");
  tf.dispose([row, column]);
});
