import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { expectFiniteDifferences, expectSameOnCpu, input, onCpu } from "./two-engines.ts";

type Pad =
  | "same"
  | "valid"
  | number
  | [[number, number], [number, number], [number, number], [number, number]];

interface Case {
  readonly kernel: [number, number];
  readonly stride: [number, number];
  readonly pad: Pad;
  readonly size: [number, number];
  readonly channels: [number, number];
}

const explicit = (top: number, bottom: number, left: number, right: number): Pad => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
];

const square: readonly Case[] = [1, 3, 5, 7].flatMap((k) =>
  [1, 2].flatMap((s) =>
    (["same", "valid"] as const).map(
      (pad): Case => ({ kernel: [k, k], stride: [s, s], pad, size: [9, 11], channels: [3, 5] }),
    ),
  ),
);

const cases: readonly Case[] = [
  ...square,
  { kernel: [3, 3], stride: [2, 2], pad: explicit(1, 1, 1, 1), size: [8, 8], channels: [8, 16] },
  { kernel: [3, 3], stride: [1, 1], pad: 1, size: [8, 8], channels: [16, 8] },
  { kernel: [3, 3], stride: [1, 1], pad: explicit(2, 0, 0, 1), size: [7, 6], channels: [1, 1] },
  { kernel: [3, 3], stride: [1, 1], pad: explicit(4, 4, 4, 4), size: [4, 4], channels: [2, 12] },
  // One column of results from one channel: of TensorFlow 2.21 only the first row is right.
  { kernel: [1, 2], stride: [1, 3], pad: "valid", size: [2, 2], channels: [1, 1] },
  { kernel: [3, 4], stride: [1, 2], pad: "valid", size: [8, 5], channels: [1, 5] },
  { kernel: [3, 3], stride: [1, 3], pad: "same", size: [6, 3], channels: [1, 4] },
  { kernel: [2, 4], stride: [1, 3], pad: explicit(1, 0, 2, 1), size: [5, 2], channels: [1, 2] },
  { kernel: [2, 4], stride: [3, 1], pad: "same", size: [10, 7], channels: [9, 13] },
  { kernel: [2, 2], stride: [3, 3], pad: "valid", size: [8, 8], channels: [4, 4] },
  { kernel: [5, 1], stride: [2, 1], pad: "same", size: [10, 5], channels: [20, 7] },
  { kernel: [4, 4], stride: [1, 1], pad: "valid", size: [4, 4], channels: [6, 10] },
];

const name = ({ kernel, stride, pad, size, channels }: Case): string =>
  `${kernel.join("×")} stride ${stride} pad ${JSON.stringify(pad)} on ${size.join("×")}, ${channels.join(" → ")} channels`;

const convolution =
  ({ stride, pad }: Case) =>
  (x?: tf.Tensor, w?: tf.Tensor): tf.Tensor =>
    tf.conv2d(
      x as tf.Tensor4D,
      w as tf.Tensor4D,
      stride,
      pad,
      "NHWC",
      [1, 1],
      typeof pad === "number" ? "floor" : undefined,
    );

const inputsOf = ({ kernel, size, channels }: Case, batch: number) => [
  input([batch, ...size, channels[0]], 1),
  input([...kernel, ...channels], 2),
];

describe("conv2d's gradients", () => {
  it.each(cases.map((one) => [name(one), one] as const))("%s: as on cpu", async (_, one) => {
    await expectSameOnCpu(convolution(one), inputsOf(one, 3));
  });

  it.each(cases.map((one) => [name(one), one] as const))("%s: finite differences", (_, one) => {
    expectFiniteDifferences(convolution(one), inputsOf(one, 2));
  });

  it("are exact on small whole numbers", () => {
    const x = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
    const w = tf.tensor4d([10], [1, 1, 1, 1]);
    const [dx, dw] = tf.grads((a, b) => tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, "valid"))([x, w]);
    expect(dx).toBeAllClose([10, 10, 10, 10], { rtol: 0, atol: 0 });
    expect(dw).toBeAllClose([10], { rtol: 0, atol: 0 });
    tf.dispose([x, w, dx, dw].filter((t) => t !== undefined));
  });

  it("do not carry NaN from one image into another's gradient", async () => {
    const x = input([2, 4, 4, 3], 5);
    x.values[0] = Number.NaN;
    const w = input([3, 3, 3, 5], 6);
    const run = () =>
      tf.tidy(() => {
        const xs = [tf.tensor(x.values, x.shape), tf.tensor(w.values, w.shape)];
        return tf
          .grads((a, b) => tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, "same"))(xs)
          .map((g) => [...g.dataSync()].map((v) => Number.isNaN(v)));
      });
    const actual = run();
    expect(actual).toEqual(await onCpu(run));
  });
});

describe("depthwise gradients", () => {
  const depthwise = [1, 3, 5].flatMap((k) =>
    [1, 2].flatMap((s) =>
      [1, 2].flatMap((mult) =>
        (["same", "valid"] as const).map(
          (pad) => [`${k}×${k} stride ${s} ×${mult} ${pad}`, k, s, mult, pad] as const,
        ),
      ),
    ),
  );
  const f =
    (s: number, pad: "same" | "valid") =>
    (x?: tf.Tensor, w?: tf.Tensor): tf.Tensor =>
      tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, s, pad);

  it.each(depthwise)("%s: as on cpu, and finite differences", async (_, k, s, mult, pad) => {
    const inputs = [input([2, 7, 9, 5], 1), input([k, k, 5, mult], 2)];
    await expectSameOnCpu(f(s, pad), inputs);
    expectFiniteDifferences(f(s, pad), inputs);
  });
});
