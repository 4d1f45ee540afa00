/**
 * Sums over leading axes, which the gradient of a bias needs: row by row. tfjs's kernel transposes the whole tensor first;
 * it computes all other sums.
 */
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { type KernelConfig, Sum, type SumAttrs, type TensorInfo, util } from "@tensorflow/tfjs-core";
import { simdOf } from "../simd/simd-module.ts";
import { doubles, floats, makeOutput, offsetOf, withScratch } from "../simd/wasm-heap.ts";
import { defineKernel } from "./define-kernel.ts";

const sumRows = (backend: BackendWasm, x: TensorInfo, columns: number, out: TensorInfo): void => {
  const rows = util.sizeFromShape(x.shape) / columns;
  withScratch(backend, [columns * 4, columns * 8, columns * 8], (zerosAt, sumsAt, squaresAt) => {
    simdOf(backend).channelMoments(offsetOf(backend, x), rows, columns, zerosAt, sumsAt, squaresAt);
    floats(backend, offsetOf(backend, out), columns).set(doubles(backend, sumsAt, columns));
  });
};

/** @param stock - The backend's own kernel, for all other sums. */
export function sum(stock: KernelConfig): KernelConfig {
  return defineKernel<"x", SumAttrs>(Sum, ({ inputs: { x }, attrs, backend }) => {
    const axes = util.parseAxisParam(attrs.axis, x.shape).sort((a, b) => a - b);
    const kept = x.shape.slice(axes.length);
    const columns = util.sizeFromShape(kept);
    const leading = axes.every((axis, i) => axis === i) && axes.length > 0 && kept.length > 0 && columns > 0;
    if (x.dtype !== "float32" || !leading) {
      return stock.kernelFunc({ inputs: { x }, attrs: { ...attrs }, backend });
    }
    const out = makeOutput(backend, attrs.keepDims ? [...axes.map(() => 1), ...kept] : kept);
    sumRows(backend, x, columns, out);
    return out;
  });
}
