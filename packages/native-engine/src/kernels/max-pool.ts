/** Max pooling with explicit padding, which tfjs-node refuses and TensorFlow supports. */
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
import { explicitWindow, hasExplicitPadding, type WindowAttributes } from "./windows.ts";

type Shape4D = [number, number, number, number];

/** The operation's attributes where the padding is explicit; null for tfjs-node's own kernel. */
const explicitAttributes = (
  { shape }: Tensor,
  { filterSize, strides, pad, dimRoundingMode }: MaxPoolAttrs,
): WindowAttributes | null => {
  const info = backend_util.computePool2DInfo(shape as Shape4D, filterSize, strides, 1, pad, dimRoundingMode);
  if (!hasExplicitPadding(info)) return null;
  return { ...explicitWindow(info), ksize: [1, info.filterHeight, info.filterWidth, 1] };
};

export function maxPool({ kernelFunc }: KernelConfig): KernelConfig {
  return defineTensorFlowKernel<"x", MaxPoolAttrs>(MaxPool, ({ inputs, attrs, backend }) => {
    const attributes = explicitAttributes(inputs.x, attrs);
    if (attributes === null) return kernelFunc({ inputs, attrs: { ...attrs }, backend });
    return runOpForOne(backend, MaxPool, [inputs.x], { attributes });
  });
}

export function maxPoolGrad({ kernelFunc }: KernelConfig): KernelConfig {
  return defineTensorFlowKernel<"dy" | "input" | "output", MaxPoolGradAttrs>(
    MaxPoolGrad,
    ({ inputs, attrs, backend }) => {
      const { dy, input, output } = inputs;
      const attributes = explicitAttributes(input, attrs);
      if (attributes === null) return kernelFunc({ inputs, attrs: { ...attrs }, backend });
      return runOpForOne(backend, MaxPoolGrad, [input, output, dy], { attributes });
    },
  );
}
