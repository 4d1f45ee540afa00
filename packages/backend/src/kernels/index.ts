// Every kernel that is registered for the wasm backend.

import { BatchMatMul, type GradConfig, type KernelConfig, OneHot, Sum } from "@tensorflow/tfjs-core";
import { batchMatMul } from "./batch-mat-mul.ts";
import { batchNormTraining } from "./batch-norm-training.ts";
import { batchNormTrainingGrad } from "./batch-norm-training-grad.ts";
import { conv2DBackpropFilter } from "./conv2d-backprop-filter.ts";
import { conv2DBackpropInput } from "./conv2d-backprop-input.ts";
import { depthwiseConv2dBackpropFilter } from "./depthwise-conv2d-backprop-filter.ts";
import { depthwiseConv2dBackpropInput } from "./depthwise-conv2d-backprop-input.ts";
import { maxPoolGrad } from "./max-pool-grad.ts";
import { oneHot } from "./one-hot.ts";
import { reluGrad, reluGradient } from "./relu-grad.ts";
import { softmaxCrossEntropy } from "./softmax-cross-entropy.ts";
import { sum } from "./sum.ts";
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
  reluGrad,
  softmaxCrossEntropy,
  unsortedSegmentSum,
];

/** Kernels that do part of the work and leave the rest to the stock one. */
export const wrappers: Readonly<Record<string, (stock: KernelConfig) => KernelConfig>> = {
  [BatchMatMul]: batchMatMul,
  [OneHot]: oneHot,
  [Sum]: sum,
};

/** Gradients that use a kernel of the above where the current backend has it. */
export const gradients: readonly GradConfig[] = [reluGradient];
