/**
 * positionProducts in one pass over each example's rows, without intermediate tensors. tfjs's operations write the
 * product, transpose it and sum it.
 */
import { type KernelConfig, type TensorInfo, util } from "@tensorflow/tfjs-core";
import { simdOf } from "../simd/simd-module.ts";
import { doubles, floats, makeOutput, offsetOf, withScratch } from "../simd/wasm-heap.ts";
import { defineFusedKernel } from "./define-kernel.ts";

export const positionProducts: KernelConfig = defineFusedKernel(
  "PositionProducts",
  ({ inputs: { x, dy }, backend }) => {
    const [batch = 0] = x.shape;
    const channels = x.shape.at(-1) ?? 0;
    const out = makeOutput(backend, [batch, channels]);
    const size = util.sizeFromShape(x.shape.slice(1));
    const { channelProducts } = simdOf(backend);
    const total = batch * channels;
    withScratch(backend, [channels * 4, channels * 8, total * 8], (zerosAt, unusedAt, productsAt) => {
      for (let n = 0; n < batch; n++) {
        const imageOf = (tensor: TensorInfo): number => offsetOf(backend, tensor) + 4 * n * size;
        const sumsAt = productsAt + 8 * n * channels;
        channelProducts(imageOf(dy), imageOf(x), size / channels, channels, zerosAt, unusedAt, sumsAt);
      }
      floats(backend, offsetOf(backend, out), total).set(doubles(backend, productsAt, total));
    });
    return out;
  },
);
