// Every kernel that is registered for the tensorflow backend.

import {
  Conv2D,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  FusedConv2D,
  MaxPool,
  MaxPoolGrad,
} from "@tensorflow/tfjs-core";
import type { KernelSet } from "../kernel-set.ts";
import { batchNormTraining, batchNormTrainingGrad } from "./batch-norm-training.ts";
import { conv2D, conv2DBackpropFilter, conv2DBackpropInput, fusedConv2D } from "./convolution.ts";
import { expandDims } from "./expand-dims.ts";
import { maxPool, maxPoolGrad } from "./max-pool.ts";
import { reluGrad } from "./relu-grad.ts";
import { softmaxCrossEntropy } from "./softmax-cross-entropy.ts";
import { momentumUpdate, movingAverage } from "./weight-updates.ts";

export const tensorflowKernels: KernelSet = {
  kernels: [
    batchNormTraining,
    batchNormTrainingGrad,
    expandDims,
    momentumUpdate,
    movingAverage,
    reluGrad,
    softmaxCrossEntropy,
  ],
  wrappers: {
    [Conv2D]: conv2D,
    [FusedConv2D]: fusedConv2D,
    [Conv2DBackpropInput]: conv2DBackpropInput,
    [Conv2DBackpropFilter]: conv2DBackpropFilter,
    [MaxPool]: maxPool,
    [MaxPoolGrad]: maxPoolGrad,
  },
};
