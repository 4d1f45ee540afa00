// positionProducts (ops/position-products.ts): each example as one pass over its rows, nothing in between is stored. The
// stock operations write the product, transpose it, and add it up.

import { type KernelConfig, util } from "@tensorflow/tfjs-core";
import { positionProductsKernel } from "../../ops/position-products.ts";
import { simdOf } from "../../simd/simd-module.ts";
import { doubles, floats, makeOutput, offsetOf, withScratch } from "../../simd/wasm-heap.ts";
import { defineKernel, requireFloat } from "./define-kernel.ts";

export const positionProducts: KernelConfig = defineKernel<"x" | "dy">(
  positionProductsKernel,
  ({ inputs: { x, dy }, backend }) => {
    requireFloat(positionProductsKernel, x, dy);
    const [batch = 0] = x.shape;
    const channels = x.shape.at(-1) ?? 0;
    const out = makeOutput(backend, [batch, channels]);
    const size = util.sizeFromShape(x.shape.slice(1));
    const { channelProducts } = simdOf(backend);
    const total = batch * channels;
    withScratch(backend, [channels * 4, channels * 8, total * 8], (zerosAt, unusedAt, productsAt) => {
      for (let n = 0; n < batch; n++) {
        const [xAt, dyAt] = [offsetOf(backend, x), offsetOf(backend, dy)].map((at) => at + 4 * n * size) as [
          number,
          number,
        ];
        channelProducts(
          dyAt,
          xAt,
          size / channels,
          channels,
          zerosAt,
          unusedAt,
          productsAt + 8 * n * channels,
        );
      }
      floats(backend, offsetOf(backend, out), total).set(doubles(backend, productsAt, total));
    });
    return out;
  },
);
