/** Every kernel that is registered for the tensorflow backend. */
import type { KernelSet } from "@secateur/backend/engine";
import {
  Conv2D,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  FusedConv2D,
  MaxPool,
  MaxPoolGrad,
} from "@tensorflow/tfjs-core";
import { batchNormTraining, batchNormTrainingGrad } from "./kernels/batch-norm-training.ts";
import { conv2D, conv2DBackpropFilter, conv2DBackpropInput, fusedConv2D } from "./kernels/convolution.ts";
import { expandDims } from "./kernels/expand-dims.ts";
import { maxPool, maxPoolGrad } from "./kernels/max-pool.ts";
import { reluGrad } from "./kernels/relu-grad.ts";
import { softmaxCrossEntropy } from "./kernels/softmax-cross-entropy.ts";
import { momentumUpdate, movingAverage } from "./kernels/weight-updates.ts";

export const tensorflowKernels: KernelSet = {
  fused: {
    BatchNormTraining: batchNormTraining,
    BatchNormTrainingGrad: batchNormTrainingGrad,
    BatchNormFrozen: null,
    MomentumUpdate: momentumUpdate,
    MovingAverage: movingAverage,
    PositionProducts: null,
    ReluGrad: reluGrad,
    SoftmaxCrossEntropy: softmaxCrossEntropy,
  },
  kernels: [expandDims],
  wrappers: {
    [Conv2D]: conv2D,
    [FusedConv2D]: fusedConv2D,
    [Conv2DBackpropInput]: conv2DBackpropInput,
    [Conv2DBackpropFilter]: conv2DBackpropFilter,
    [MaxPool]: maxPool,
    [MaxPoolGrad]: maxPoolGrad,
  },
};
