// ∂E/∂x of relu and relu6 (ops/relu-gradient.ts) as one operation.

import type { KernelConfig } from "@tensorflow/tfjs-core";
import { type ReluGradAttrs, reluGradKernel } from "../../ops/relu-gradient.ts";
import { defineTensorFlowKernel, runOp } from "./run-op.ts";

export const reluGrad: KernelConfig = defineTensorFlowKernel<"dy" | "y", ReluGradAttrs>(
  reluGradKernel,
  ({ inputs: { dy, y }, attrs: { max }, backend }) =>
    runOp(backend, max === 6 ? "Relu6Grad" : "ReluGrad", [dy, y]),
);
