import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { distinct, expectFiniteDifferences, expectSameOnCpu, input } from "./two-engines.ts";

const windows = [
  [2, 2, "valid"],
  [2, 2, "same"],
  [3, 2, "same"],
  [3, 1, "same"],
  [3, 2, "valid"],
  [5, 3, "same"],
  [1, 2, "valid"],
  [3, 2, 1],
] as const;

const max =
  (k: number, s: number, pad: "same" | "valid" | number) =>
  (x?: tf.Tensor): tf.Tensor =>
    tf.maxPool(x as tf.Tensor4D, k, s, pad, typeof pad === "number" ? "floor" : undefined);

describe("max pooling's gradient", () => {
  it.each(windows)("window %d stride %d pad %s: as on cpu, and finite differences", async (k, s, pad) => {
    const x = distinct([2, 7, 9, 7], 1);
    await expectSameOnCpu(max(k, s, pad), [x]);
    expectFiniteDifferences(max(k, s, pad), [x]);
  });

  it.each(windows)("window %d stride %d pad %s: also where all values are negative", async (k, s, pad) => {
    const x = distinct([2, 7, 9, 7], 2, -1000);
    await expectSameOnCpu(max(k, s, pad), [x]);
  });

  it("goes to the first of equal values, as on cpu", async () => {
    await expectSameOnCpu(max(2, 2, "valid"), [input([1, 4, 4, 5], 3, () => 0)]);
  });

  it("of a window of zeros and less is not dropped", () => {
    const dx = tf.tidy(() => tf.grad(max(2, 2, "valid"))(tf.tensor4d([-3, -1, -2, -4], [1, 2, 2, 1])));
    expect(dx).toBeAllClose([0, 1, 0, 0]);
    dx.dispose();
  });
});

// Not against the cpu backend, whose gradient is wrong at padded edges.
describe("average pooling's gradient", () => {
  it.each([
    [2, 2, "valid"],
    [2, 1, "same"],
    [3, 2, "same"],
    [5, 3, "same"],
    [3, 1, "valid"],
  ] as const)("window %d stride %d pad %s: finite differences", (k, s, pad) => {
    const f = (x?: tf.Tensor): tf.Tensor => tf.avgPool(x as tf.Tensor4D, k, s, pad);
    expectFiniteDifferences(f, [input([2, 7, 9, 5], 1)]);
  });

  it("gives a padded corner its whole share: sums of ∂y are kept", () => {
    const dx = tf.tidy(() =>
      tf.grad((x: tf.Tensor) => tf.avgPool(x as tf.Tensor4D, 3, 2, "same"))(tf.ones([1, 5, 5, 2])),
    );
    const total = tf.sum(dx);
    expect(total).toBeAllClose([3 * 3 * 2]);
    tf.dispose([dx, total]);
  });
});
