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
import { defineTensorFlowKernel, runOp, type TensorFlowBackend } from "./run-op.ts";

type Shape4D = [number, number, number, number];

/** The operation's attributes where the padding is by numbers; null where it is left to tfjs-node. */
const byNumbers = (
  { shape }: Tensor,
  { filterSize, strides, pad, dimRoundingMode }: MaxPoolAttrs,
): Readonly<Record<string, string | readonly number[]>> | null => {
  const info = backend_util.computePool2DInfo(shape as Shape4D, filterSize, strides, 1, pad, dimRoundingMode);
  const { top, bottom, left, right, type } = info.padInfo;
  if (type === "SAME" || type === "VALID") return null;
  return {
    padding: "EXPLICIT",
    explicit_paddings: [0, 0, top, bottom, left, right, 0, 0],
    ksize: [1, info.filterHeight, info.filterWidth, 1],
    strides: [1, info.strideHeight, info.strideWidth, 1],
  };
};

const run = (
  backend: TensorFlowBackend,
  operation: string,
  inputs: readonly Tensor[],
  attributes: Readonly<Record<string, string | readonly number[]>>,
): Tensor => {
  const [output] = runOp(backend, operation, inputs, { attributes });
  if (!output) throw new TypeError(`${operation} gave nothing`);
  return output;
};

export const maxPool = ({ kernelFunc }: KernelConfig): KernelConfig =>
  defineTensorFlowKernel<"x", MaxPoolAttrs>(MaxPool, ({ inputs, attrs, backend }) => {
    const attributes = byNumbers(inputs.x, attrs);
    if (attributes === null) return kernelFunc({ inputs, attrs: { ...attrs }, backend });
    return run(backend, MaxPool, [inputs.x], attributes);
  });

export const maxPoolGrad = ({ kernelFunc }: KernelConfig): KernelConfig =>
  defineTensorFlowKernel<"dy" | "input" | "output", MaxPoolGradAttrs>(
    MaxPoolGrad,
    ({ inputs, attrs, backend }) => {
      const { dy, input, output } = inputs;
      const attributes = byNumbers(input, attrs);
      if (attributes === null) return kernelFunc({ inputs, attrs: { ...attrs }, backend });
      return run(backend, MaxPoolGrad, [input, output, dy], attributes);
    },
  );
