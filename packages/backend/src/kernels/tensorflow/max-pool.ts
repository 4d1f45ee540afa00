// Max pooling padded by numbers, which tfjs-node refuses and TensorFlow takes.

import {
  backend_util,
  type KernelConfig,
  MaxPool,
  type MaxPoolAttrs,
  MaxPoolGrad,
  type MaxPoolGradAttrs,
  type Tensor,
} from "@tensorflow/tfjs-core";
import { defineTensorFlowKernel, runOpForOne } from "./run-op.ts";
import { explicitWindow, isPaddedByNumbers, type WindowAttributes } from "./windows.ts";

type Shape4D = [number, number, number, number];

/** The operation's attributes where the padding is by numbers; null where it is left to tfjs-node. */
const byNumbers = (
  { shape }: Tensor,
  { filterSize, strides, pad, dimRoundingMode }: MaxPoolAttrs,
): WindowAttributes | null => {
  const info = backend_util.computePool2DInfo(shape as Shape4D, filterSize, strides, 1, pad, dimRoundingMode);
  if (!isPaddedByNumbers(info)) return null;
  return { ...explicitWindow(info), ksize: [1, info.filterHeight, info.filterWidth, 1] };
};

export const maxPool = ({ kernelFunc }: KernelConfig): KernelConfig =>
  defineTensorFlowKernel<"x", MaxPoolAttrs>(MaxPool, ({ inputs, attrs, backend }) => {
    const attributes = byNumbers(inputs.x, attrs);
    if (attributes === null) return kernelFunc({ inputs, attrs: { ...attrs }, backend });
    return runOpForOne(backend, MaxPool, [inputs.x], { attributes });
  });

export const maxPoolGrad = ({ kernelFunc }: KernelConfig): KernelConfig =>
  defineTensorFlowKernel<"dy" | "input" | "output", MaxPoolGradAttrs>(
    MaxPoolGrad,
    ({ inputs, attrs, backend }) => {
      const { dy, input, output } = inputs;
      const attributes = byNumbers(input, attrs);
      if (attributes === null) return kernelFunc({ inputs, attrs: { ...attrs }, backend });
      return runOpForOne(backend, MaxPoolGrad, [input, output, dy], { attributes });
    },
  );
