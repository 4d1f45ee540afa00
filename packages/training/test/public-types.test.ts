/** The types of a loss of one's own. The compiler checks them (`pnpm types`). */
import * as tf from "@tensorflow/tfjs-core";
import { expectTypeOf, it } from "vitest";
import { type Loss, type LossOptions, meanSquaredError, weighted } from "../src/index.ts";

it("a loss of one's own is a value like those that come with the package", () => {
  const absolute: Loss = {
    name: "absolute error",
    perExample: (output, target) => {
      expectTypeOf(output).toEqualTypeOf<tf.Tensor>();
      return tf.mean(tf.abs(tf.sub(output, target)), 1);
    },
  };
  expectTypeOf(weighted(absolute, 2)).toEqualTypeOf(meanSquaredError());
  expectTypeOf<Loss | readonly Loss[]>().toEqualTypeOf<Exclude<LossOptions["loss"], undefined>>();
});

it("a loss is one number per example, and read-only", () => {
  // @ts-expect-error [batch, outputs] is not one number per example
  const matrix: Loss = { name: "matrix", perExample: (output) => output as tf.Tensor2D };
  // @ts-expect-error no other activation is part of a loss
  const relu: Loss = { ...meanSquaredError(), includes: "relu" };
  expectTypeOf([matrix, relu]).toEqualTypeOf<Loss[]>();
  const rename = (loss: Loss): void => {
    // @ts-expect-error read-only
    loss.name = "other";
  };
  expectTypeOf(rename).parameter(0).toEqualTypeOf<Loss>();
});
