// Every kernel that is registered for the wasm backend.

import { AvgPoolGrad, BatchMatMul, OneHot, Sum } from "@tensorflow/tfjs-core";
import type { KernelSet } from "../kernel-set.ts";
import { avgPoolGrad } from "./avg-pool-grad.ts";
import { batchMatMul } from "./batch-mat-mul.ts";
import { batchNormTraining } from "./batch-norm-training.ts";
import { batchNormTrainingGrad } from "./batch-norm-training-grad.ts";
import { conv2DBackpropFilter } from "./conv2d-backprop-filter.ts";
import { conv2DBackpropInput } from "./conv2d-backprop-input.ts";
import { depthwiseConv2dBackpropFilter } from "./depthwise-conv2d-backprop-filter.ts";
import { depthwiseConv2dBackpropInput } from "./depthwise-conv2d-backprop-input.ts";
import { maxPoolGrad } from "./max-pool-grad.ts";
import { oneHot } from "./one-hot.ts";
import { positionProducts } from "./position-products.ts";
import { reluGrad } from "./relu-grad.ts";
import { softmaxCrossEntropy } from "./softmax-cross-entropy.ts";
import { sum } from "./sum.ts";
import { unsortedSegmentSum } from "./unsorted-segment-sum.ts";

export const wasmKernels: KernelSet = {
  kernels: [
    batchNormTraining,
    batchNormTrainingGrad,
    conv2DBackpropFilter,
    conv2DBackpropInput,
    depthwiseConv2dBackpropFilter,
    depthwiseConv2dBackpropInput,
    maxPoolGrad,
    positionProducts,
    reluGrad,
    softmaxCrossEntropy,
    unsortedSegmentSum,
  ],
  wrappers: { [AvgPoolGrad]: avgPoolGrad, [BatchMatMul]: batchMatMul, [OneHot]: oneHot, [Sum]: sum },
};
