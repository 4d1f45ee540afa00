// ∂E/∂x of relu (ops/relu-gradient.ts) as one operation.

import type { KernelConfig } from "@tensorflow/tfjs-core";
import { reluGradKernel } from "../../ops/relu-gradient.ts";
import { defineTensorFlowKernel, runOp } from "./run-op.ts";

export const reluGrad: KernelConfig = defineTensorFlowKernel<"dy" | "y">(
  reluGradKernel,
  ({ inputs: { dy, y }, backend }) => runOp(backend, "ReluGrad", [dy, y]),
);
