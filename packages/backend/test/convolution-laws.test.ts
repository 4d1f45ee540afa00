import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { expectSameOnCpu, input } from "./two-engines.ts";

const geometry = fc
  .record({
    kernel: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
    stride: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    pad: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 }),
    extra: fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 7 })),
    channels: fc.tuple(fc.integer({ min: 1, max: 18 }), fc.integer({ min: 1, max: 18 })),
    batch: fc.integer({ min: 1, max: 2 }),
  })
  .map(({ kernel, extra, ...rest }) => ({
    ...rest,
    kernel,
    size: [kernel[0] + extra[0], kernel[1] + extra[1]] as [number, number],
  }));

it("conv2d's gradients are those of the cpu backend for any geometry", async () => {
  await fc.assert(
    fc.asyncProperty(geometry, async ({ kernel, stride, pad, size, channels, batch }) => {
      const [top = 0, bottom = 0, left = 0, right = 0] = pad;
      const f = (x?: tf.Tensor, w?: tf.Tensor): tf.Tensor =>
        tf.conv2d(
          x as tf.Tensor4D,
          w as tf.Tensor4D,
          stride,
          [
            [0, 0],
            [top, bottom],
            [left, right],
            [0, 0],
          ],
          "NHWC",
          [1, 1],
          "floor",
        );
      const inputs = [input([batch, ...size, channels[0]], 1), input([...kernel, ...channels], 2)];
      await expectSameOnCpu(f, inputs);
    }),
    { numRuns: 60 },
  );
  expect.hasAssertions();
});
