/** ∂L/∂x of relu and relu6, from their output, as one operation. */
import type { KernelConfig } from "@tensorflow/tfjs-core";
import { defineFusedKernel, runOp } from "./run-op.ts";

export const reluGrad: KernelConfig = defineFusedKernel(
  "ReluGrad",
  ({ inputs: { dy, y }, attrs: { max }, backend }) =>
    runOp(backend, max === 6 ? "Relu6Grad" : "ReluGrad", [dy, y]),
);
