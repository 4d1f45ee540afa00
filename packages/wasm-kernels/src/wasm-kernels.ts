/** Every kernel that this package registers for the wasm backend. */
import { AvgPool3DGrad, AvgPoolGrad, BatchMatMul, OneHot, Sum } from "@tensorflow/tfjs-core";
import { averagePoolingGradient } from "./corrections/average-pooling-gradient.ts";
import type { KernelSet } from "./kernel-set.ts";
import { batchMatMul } from "./kernels/batch-mat-mul.ts";
import { batchNormTraining } from "./kernels/batch-norm-training.ts";
import { batchNormTrainingGrad } from "./kernels/batch-norm-training-grad.ts";
import { conv2DBackpropFilter } from "./kernels/conv2d-backprop-filter.ts";
import { conv2DBackpropInput } from "./kernels/conv2d-backprop-input.ts";
import { conv3DBackpropFilter } from "./kernels/conv3d-backprop-filter.ts";
import { conv3DBackpropInput } from "./kernels/conv3d-backprop-input.ts";
import { depthwiseConv2dBackpropFilter } from "./kernels/depthwise-conv2d-backprop-filter.ts";
import { depthwiseConv2dBackpropInput } from "./kernels/depthwise-conv2d-backprop-input.ts";
import { maxPoolGrad } from "./kernels/max-pool-grad.ts";
import { maxPool3D, maxPool3DGrad } from "./kernels/max-pool3d.ts";
import { oneHot } from "./kernels/one-hot.ts";
import { positionProducts } from "./kernels/position-products.ts";
import { reluGrad } from "./kernels/relu-grad.ts";
import { softmaxCrossEntropy } from "./kernels/softmax-cross-entropy.ts";
import { sum } from "./kernels/sum.ts";
import { unsortedSegmentSum } from "./kernels/unsorted-segment-sum.ts";

export const wasmKernels: KernelSet = {
  fused: {
    BatchNormTraining: batchNormTraining,
    BatchNormTrainingGrad: batchNormTrainingGrad,
    BatchNormFrozen: null,
    MomentumUpdate: null,
    MovingAverage: null,
    PositionProducts: positionProducts,
    ReluGrad: reluGrad,
    SoftmaxCrossEntropy: softmaxCrossEntropy,
  },
  kernels: [
    conv2DBackpropFilter,
    conv2DBackpropInput,
    conv3DBackpropFilter,
    conv3DBackpropInput,
    depthwiseConv2dBackpropFilter,
    depthwiseConv2dBackpropInput,
    maxPool3D,
    maxPool3DGrad,
    maxPoolGrad,
    unsortedSegmentSum,
  ],
  wrappers: {
    [AvgPoolGrad]: averagePoolingGradient,
    [AvgPool3DGrad]: averagePoolingGradient,
    [BatchMatMul]: batchMatMul,
    [OneHot]: oneHot,
    [Sum]: sum,
  },
};
