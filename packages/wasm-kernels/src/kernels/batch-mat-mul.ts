/**
 * Matrix products. tfjs's kernel is 20 times slower with a transposed operand, which both gradients of a dense layer
 * have; this one transposes first, then multiplies.
 */
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import {
  BatchMatMul,
  type BatchMatMulAttrs,
  getKernel,
  type KernelConfig,
  type NamedAttrMap,
  type TensorInfo,
  Transpose,
} from "@tensorflow/tfjs-core";
import { defineKernel } from "./define-kernel.ts";

const call = (
  kernelName: string,
  inputs: Record<string, TensorInfo>,
  attrs: object,
  backend: BackendWasm,
): TensorInfo => {
  const result = getKernel(kernelName, "wasm").kernelFunc({ inputs, attrs: attrs as NamedAttrMap, backend });
  if (Array.isArray(result)) throw new TypeError(`${kernelName} has ${result.length} outputs, not 1`);
  return result;
};

const transposeLast = (x: TensorInfo, backend: BackendWasm): TensorInfo => {
  const rank = x.shape.length;
  const perm = x.shape.map((_, axis) => axis);
  return call(Transpose, { x }, { perm: [...perm.slice(0, -2), rank - 1, rank - 2] }, backend);
};

/** @param stock - The backend's own kernel, which multiplies. */
export function batchMatMul(stock: KernelConfig): KernelConfig {
  return defineKernel<"a" | "b", BatchMatMulAttrs>(BatchMatMul, ({ inputs, attrs, backend }) => {
    const a = attrs.transposeA ? transposeLast(inputs.a, backend) : inputs.a;
    const b = attrs.transposeB ? transposeLast(inputs.b, backend) : inputs.b;
    const product = stock.kernelFunc({
      inputs: { a, b },
      attrs: { transposeA: false, transposeB: false },
      backend,
    });
    if (attrs.transposeA) backend.disposeData(a.dataId);
    if (attrs.transposeB) backend.disposeData(b.dataId);
    return product;
  });
}
