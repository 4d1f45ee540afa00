/** Convolutions and pooling over three axes, and their gradients, against tfjs's cpu backend and finite differences. */
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { distinct, expectFiniteDifferences, expectSameOnCpu, input, onCpu } from "./two-engines.ts";

type Volume = tf.Tensor5D;
const settings = [1, 2].flatMap((stride) => (["valid", "same"] as const).map((pad) => ({ stride, pad })));

describe.each(settings)("stride $stride, $pad", ({ stride, pad }) => {
  it("conv3d", async () => {
    const f = (x: tf.Tensor, w: tf.Tensor): tf.Tensor => tf.conv3d(x as Volume, w as Volume, stride, pad);
    const inputs = [input([2, 4, 5, 3, 4], 1), input([2, 3, 2, 4, 3], 2)];
    await expectSameOnCpu(f, inputs);
    expectFiniteDifferences(f, inputs);
  });

  it("conv3dTranspose", async () => {
    const sizes = [2, 3, 4].map((size) => (pad === "same" ? size * stride : (size - 1) * stride + 2));
    const shape = [2, ...sizes, 3] as [number, number, number, number, number];
    const f = (x: tf.Tensor, w: tf.Tensor): tf.Tensor =>
      tf.conv3dTranspose(x as Volume, w as Volume, shape, stride, pad);
    const values = [input([2, 2, 3, 4, 2], 3), input([2, 2, 2, 3, 2], 4)] as const;
    const run = (): Float32Array =>
      tf.tidy(() =>
        f(
          ...(values.map((each) => tf.tensor(each.values, each.shape)) as [tf.Tensor, tf.Tensor]),
        ).dataSync<"float32">(),
      );
    const actual = run();
    expect(actual).toBeAllClose(await onCpu(run), { rtol: 1e-4, atol: 1e-4 });
  });

  it("max pooling", async () => {
    const f = (x: tf.Tensor): tf.Tensor => tf.maxPool3d(x as Volume, 2, stride, pad);
    const inputs = [distinct([1, 3, 4, 3, 2], 5)];
    await expectSameOnCpu(f, inputs);
    expectFiniteDifferences(f, inputs);
  });

  it("average pooling", () => {
    const f = (x: tf.Tensor): tf.Tensor => tf.avgPool3d(x as Volume, 2, stride, pad);
    expectFiniteDifferences(f, [input([1, 3, 4, 3, 2], 6)]);
  });
});

// tfjs's cpu kernel is wrong for the second example.
it("resizing by nearest neighbours", () => {
  const f = (x: tf.Tensor): tf.Tensor => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [8, 3]);
  expectFiniteDifferences(f, [input([2, 4, 3, 2], 7)]);
});
