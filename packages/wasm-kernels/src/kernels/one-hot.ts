/**
 * One-hot encoding. tfjs's kernel writes int32 for every dtype: a float32 1 becomes 1.4e-45. This kernel writes the other
 * dtypes; indices outside 0..depth-1 give a row of offValue, as on the cpu backend.
 */
import { type KernelConfig, OneHot, type OneHotAttrs, util } from "@tensorflow/tfjs-core";
import { makeOutput, valuesOf } from "../simd/wasm-heap.ts";
import { defineKernel } from "./define-kernel.ts";

/** @param stock - The backend's own kernel, right for int32. */
export function oneHot(stock: KernelConfig): KernelConfig {
  return defineKernel<"indices", OneHotAttrs>(OneHot, ({ inputs: { indices }, attrs, backend }) => {
    const { dtype, depth, onValue, offValue } = attrs;
    if (dtype === "int32") return stock.kernelFunc({ inputs: { indices }, attrs: { ...attrs }, backend });
    const out = makeOutput(backend, [...indices.shape, depth], dtype);
    const values = valuesOf(backend, out).fill(offValue);
    const classes = valuesOf(backend, indices);
    for (let row = 0; row < util.sizeFromShape(indices.shape); row++) {
      const index = classes[row] ?? -1;
      if (index >= 0 && index < depth) values[row * depth + index] = onValue;
    }
    return out;
  });
}
