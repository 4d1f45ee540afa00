// Every kernel that is registered for the wasm backend.

import { BatchMatMul, type KernelConfig } from "@tensorflow/tfjs-core";
import { batchMatMul } from "./batch-mat-mul.ts";
import { batchNormTraining } from "./batch-norm-training.ts";
import { batchNormTrainingGrad } from "./batch-norm-training-grad.ts";
import { conv2DBackpropFilter } from "./conv2d-backprop-filter.ts";
import { conv2DBackpropInput } from "./conv2d-backprop-input.ts";
import { depthwiseConv2dBackpropFilter } from "./depthwise-conv2d-backprop-filter.ts";
import { depthwiseConv2dBackpropInput } from "./depthwise-conv2d-backprop-input.ts";
import { maxPoolGrad } from "./max-pool-grad.ts";
import { softmaxCrossEntropy } from "./softmax-cross-entropy.ts";
import { unsortedSegmentSum } from "./unsorted-segment-sum.ts";

/** New kernels, and those that take the place of stock ones altogether. */
export const trainingKernels: readonly KernelConfig[] = [
  batchNormTraining,
  batchNormTrainingGrad,
  conv2DBackpropFilter,
  conv2DBackpropInput,
  depthwiseConv2dBackpropFilter,
  depthwiseConv2dBackpropInput,
  maxPoolGrad,
  softmaxCrossEntropy,
  unsortedSegmentSum,
];

/** Kernels that prepare something and then call the stock one. */
export const wrappers: Readonly<Record<string, (stock: KernelConfig) => KernelConfig>> = {
  [BatchMatMul]: batchMatMul,
};
