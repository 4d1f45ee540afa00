/** The kept part of a tensor: both implementations agree with each other and with a case computed by hand. */
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { gatherByEngine, gatherInMemory } from "../src/gather-kept.ts";

const indicesBelow = (size: number): fc.Arbitrary<Int32Array> =>
  fc.uniqueArray(fc.nat(size - 1), { minLength: 1 }).map((indices) => Int32Array.from(indices).sort());

/** A shape, and the kept indices on some of its axes. */
const cases = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    kept: fc.tuple(...shape.map((size) => fc.option(indicesBelow(size), { nil: undefined }))),
  }),
);

it("gathering by the engine and in memory gives the same", () => {
  fc.assert(
    fc.property(cases, ({ shape, kept }) => {
      const axes = new Map(
        [...kept.entries()].flatMap(([axis, indices]) => (indices ? [[axis, indices] as const] : [])),
      );
      tf.tidy(() => {
        const tensor = tf.reshape(tf.range(0, tf.util.sizeFromShape(shape)), shape);
        const [byEngine, inMemory] = [gatherByEngine(tensor, axes), gatherInMemory(tensor, axes)];
        expect(inMemory.shape).toEqual(byEngine.shape);
        expect(inMemory.dataSync()).toEqual(byEngine.dataSync());
      });
    }),
  );
});

it("the order of the axes does not matter, and int32 tensors work too", () => {
  const tensor = tf.tensor2d([0, 1, 2, 3, 4, 5, 6, 7, 8], [3, 3], "int32");
  const axes = new Map([
    [1, Int32Array.of(0, 2)],
    [0, Int32Array.of(1)],
  ]);
  const picked = gatherInMemory(tensor, axes);
  const whole = gatherInMemory(tensor, new Map());
  expect(whole.dataSync()).toEqual(tensor.dataSync());
  whole.dispose();
  expect(picked.dtype).toBe("int32");
  expect(picked.arraySync()).toEqual([[3, 5]]);
  tf.dispose([tensor, picked]);
});
