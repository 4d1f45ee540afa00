import { useBackend } from "@secateur/backend";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { distinct, expectFiniteDifferences, expectSameOnCpu, input, onCpu, onWasm } from "./two-engines.ts";

describe("unsortedSegmentSum", () => {
  const sum =
    (ids: number[], segments: number) =>
    (x?: tf.Tensor): tf.Tensor =>
      tf.unsortedSegmentSum(x as tf.Tensor, tf.tensor1d(ids, "int32"), segments);

  it.each([[[6]], [[6, 5]], [[6, 2, 4]]])("%j: as on cpu", async (shape) => {
    await expectSameOnCpu(sum([2, 0, 2, 1, 3, 0], 5), [input(shape, 1)]);
  });

  it.skipIf(!onWasm)("leaves out ids outside the segments, as on cpu", async () => {
    const run = (): number[] =>
      tf.tidy(() => [...sum([2, -1, 3], 3)(tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2])).dataSync()]);
    expect(run()).toEqual([0, 0, 0, 0, 1, 2]);
    expect(await onCpu(run)).toEqual(run());
  });

  it("adds whole numbers as whole numbers", () => {
    const [x, ids] = [tf.tensor1d([16777217, 1, 5], "int32"), tf.tensor1d([1, 1, 0], "int32")];
    const out = tf.unsortedSegmentSum(x, ids, 2);
    expect([...out.dataSync()]).toEqual([5, 16777218]);
    tf.dispose([x, ids, out]);
  });

  it("is the gradient of gather", async () => {
    const f = (x?: tf.Tensor): tf.Tensor => tf.gather(x as tf.Tensor, tf.tensor1d([1, 1, 0], "int32"), 1);
    await expectSameOnCpu(f, [input([4, 3, 2], 1)]);
  });
});

describe("matMul", () => {
  it.each([
    [[3, 5], [5, 7], false, false],
    [[5, 3], [5, 7], true, false],
    [[3, 5], [7, 5], false, true],
    [[5, 3], [7, 5], true, true],
    [[2, 5, 3], [2, 7, 5], true, true],
    [[1, 5], [7, 5], false, true],
  ] as const)("%j · %j, transposed %s %s: as on cpu", async (a, b, transposeA, transposeB) => {
    const f = (x?: tf.Tensor, y?: tf.Tensor): tf.Tensor =>
      tf.matMul(x as tf.Tensor, y as tf.Tensor, transposeA, transposeB);
    await expectSameOnCpu(f, [input([...a], 1), input([...b], 2)]);
  });
});

describe.each([
  ["relu", tf.relu],
  ["relu6", tf.relu6],
] as const)("%s's gradient", (name, operation) => {
  it.each([[[7]], [[3, 5, 2, 7]]])("%j: as on cpu, and finite differences", async (shape) => {
    const f = (x?: tf.Tensor): tf.Tensor => operation(x as tf.Tensor);
    await expectSameOnCpu(f, [distinct(shape, 1, 0.03)]); // of 210 some are above 6
    expectFiniteDifferences(f, [distinct(shape, 1, 0.03)]);
    await expectSameOnCpu(f, [input(shape, 1, () => 0)]);
  });

  it("of what has overflowed", async () => {
    const f = (x?: tf.Tensor): tf.Tensor => operation(x as tf.Tensor);
    const values = [1, Number.POSITIVE_INFINITY, -1, 5, Number.NEGATIVE_INFINITY];
    const gradient = (): Float32Array =>
      tf.tidy(() =>
        tf
          .grad((x: tf.Tensor) => f(x))(tf.tensor1d(values))
          .dataSync<"float32">(),
      );
    expect(Array.from(gradient())).toEqual(name === "relu" ? [1, 1, 0, 1, 0] : [1, 0, 0, 1, 0]);
  });

  it("is one kernel", async () => {
    await useBackend("wasm"); // tfjs-layers, imported after an earlier call, has put its own gradient back
    const x = tf.tensor1d([-1, 0, 2, 3, 4]);
    const { kernelNames } = await tf.profile(() => tf.tidy(() => tf.grad((t) => operation(t))(x)).dispose());
    expect(kernelNames).toContain("ReluGrad");
    expect(kernelNames).not.toContain("Step");
    x.dispose();
  });
});

describe("sum over leading axes", () => {
  it.each([
    [
      [5, 3, 7, 6],
      [0, 1, 2],
    ],
    [[9, 4], [0]],
    [
      [2, 3, 4],
      [0, 1],
    ],
    [[700, 13], [0]],
    [
      [2, 3, 4],
      [1, 2],
    ],
    [[2, 3, 4], [1]],
    [[2, 3, 4], [0]],
    [
      [2, 3],
      [0, 1],
    ],
    [[1, 4], [0]],
  ])("%j over %j: as on cpu", async (shape, axes) => {
    const f = (x?: tf.Tensor): tf.Tensor => tf.sum(x as tf.Tensor, axes);
    await expectSameOnCpu(f, [input(shape, 1)]);
  });

  it("keeps whole numbers and counts truths", () => {
    const [whole, truths] = [
      tf.tensor2d([1, 2, 3, 4], [2, 2], "int32"),
      tf.tensor2d([1, 0, 1, 1], [2, 2], "bool"),
    ];
    const sums = [tf.sum(whole, 0), tf.sum(truths, 0)];
    expect(sums.map((t) => [t.dtype, ...t.dataSync()])).toEqual([
      ["int32", 4, 6],
      ["int32", 2, 1],
    ]);
    tf.dispose([whole, truths, ...sums]);
  });
});

describe("oneHot", () => {
  it.each(["int32", "float32", "bool"] as const)("of %s: as on cpu", async (dtype) => {
    const run = (): number[] =>
      tf.tidy(() => {
        const hot = tf.oneHot(tf.tensor1d([2, 0, 5, -1, 1], "int32"), 3, 1, 0, dtype);
        expect(hot.dtype).toBe(dtype);
        return [...hot.dataSync()].map(Number);
      });
    expect(run()).toEqual([0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
    expect(await onCpu(run)).toEqual(run());
  });
});
