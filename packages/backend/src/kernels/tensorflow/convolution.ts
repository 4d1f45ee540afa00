// What TensorFlow's convolutions need. A 1×1 convolution is a matrix product: faster as one, and oneDNN's
// own kernel for large ones kills the process on CPUs that list no caches. And tfjs-node refuses padding by numbers,
// which TensorFlow itself takes.

import * as tf from "@tensorflow/tfjs-core";
import {
  backend_util,
  Conv2D,
  type Conv2DAttrs,
  Conv2DBackpropFilter,
  type Conv2DBackpropFilterAttrs,
  Conv2DBackpropInput,
  type Conv2DBackpropInputAttrs,
  FusedConv2D,
  type FusedConv2DAttrs,
  type KernelConfig,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
import { defineTensorFlowKernel, runOpForOne, type TensorFlowBackend } from "./run-op.ts";
import { explicitWindow, isPaddedByNumbers, steps } from "./windows.ts";

type Shape4D = [number, number, number, number];
type ConvInfo = backend_util.Conv2DInfo;

/** Gradients are only of convolutions that are not dilated, and do not say so. */
type Attrs = Omit<Conv2DAttrs, "dilations"> & Partial<Pick<Conv2DAttrs, "dilations">>;

const infoOf = (x: Shape4D, filter: Shape4D, attrs: Attrs): ConvInfo =>
  backend_util.computeConv2DInfo(
    x,
    filter,
    attrs.strides,
    attrs.dilations ?? 1,
    attrs.pad,
    attrs.dimRoundingMode,
  );

const shape4 = ({ shape }: TensorInfo): Shape4D => shape as Shape4D;

const isPointwise = ({ dataFormat }: Attrs, info: ConvInfo): boolean => {
  const { top, bottom, left, right } = info.padInfo;
  const isUnpadded = top + bottom + left + right === 0;
  return dataFormat !== "NCHW" && info.filterHeight === 1 && info.filterWidth === 1 && isUnpadded;
};

const matrix = (filter: tf.Tensor): tf.Tensor2D =>
  tf.reshape(filter, filter.shape.slice(2) as [number, number]);

const rows = (pixels: tf.Tensor): tf.Tensor2D => tf.reshape(pixels, [-1, pixels.shape[3] ?? 1]);

const isStrided = (info: ConvInfo): boolean => info.strideHeight > 1 || info.strideWidth > 1;

/** One row a pixel that a pointwise convolution looks at. */
const looked = (x: tf.Tensor, info: ConvInfo): tf.Tensor2D =>
  rows(isStrided(info) ? tf.stridedSlice(x, [0, 0, 0, 0], x.shape, steps(info)) : x);

/** Puts such pixels back where they were taken from, zeros between. */
const spread = (backend: TensorFlowBackend, pixels: tf.Tensor, info: ConvInfo): tf.Tensor => {
  if (!isStrided(info)) return pixels;
  const list = (values: readonly number[]): tf.Tensor => tf.tensor1d([...values], "int32");
  const [shape, begin, strides] = [list(info.inShape), list([0, 0, 0, 0]), list(steps(info))];
  return runOpForOne(backend, "StridedSliceGrad", [shape, begin, shape, strides, pixels], {
    indexTypes: ["Index"],
  });
};

type Stock = KernelConfig;

const fallBack = (
  { kernelFunc }: Stock,
  backend: TensorFlowBackend,
  inputs: Readonly<Record<string, tf.Tensor>>,
  attrs: object,
): tf.Tensor => kernelFunc({ inputs, attrs: { ...attrs }, backend }) as tf.Tensor;

const isByNumbers = ({ dataFormat }: Attrs, info: ConvInfo): boolean =>
  dataFormat !== "NCHW" && isPaddedByNumbers(info);

type Operation = typeof Conv2D | typeof Conv2DBackpropInput | typeof Conv2DBackpropFilter;

const paddedByNumbers = (
  backend: TensorFlowBackend,
  operation: Operation,
  inputs: readonly TensorInfo[],
  info: ConvInfo,
): tf.Tensor => {
  const dilations = [1, info.dilationHeight, info.dilationWidth, 1];
  return runOpForOne(backend, operation, inputs, { attributes: { ...explicitWindow(info), dilations } });
};

/**
 * oneDNN gives zeros below the first row of a convolution of one channel, whose rows lie side by side and whose columns
 * do not, when there is but one column of results. Then the step between columns means nothing and may be 1.
 */
const isMistaken = ({ inChannels, outWidth, strideHeight, strideWidth }: ConvInfo): boolean =>
  inChannels === 1 && outWidth === 1 && strideHeight === 1 && strideWidth > 1;

const oneColumn = (
  backend: TensorFlowBackend,
  x: tf.Tensor,
  filter: tf.Tensor,
  info: ConvInfo,
): tf.Tensor => {
  const reach = info.effectiveFilterWidth - info.padInfo.left;
  const seen = tf.slice(x, [0, 0, 0, 0], [-1, -1, Math.min(reach, info.inWidth), -1]);
  const padInfo = { ...info.padInfo, right: Math.max(0, reach - info.inWidth) };
  return paddedByNumbers(backend, Conv2D, [seen, filter], { ...info, strideWidth: 1, padInfo });
};

/** Where it is not left to tfjs-node. */
const convolved = (
  backend: TensorFlowBackend,
  { x, filter }: Readonly<Record<"x" | "filter", tf.Tensor>>,
  attrs: Attrs,
): tf.Tensor | null => {
  const info = infoOf(shape4(x), shape4(filter), attrs);
  if (isPointwise(attrs, info)) return tf.reshape(tf.matMul(looked(x, info), matrix(filter)), info.outShape);
  if (attrs.dataFormat === "NCHW") return null;
  if (isMistaken(info)) return oneColumn(backend, x, filter, info);
  return isByNumbers(attrs, info) ? paddedByNumbers(backend, Conv2D, [x, filter], info) : null;
};

export const conv2D = (stock: Stock): KernelConfig =>
  defineTensorFlowKernel<"x" | "filter", Conv2DAttrs>(Conv2D, ({ inputs, attrs, backend }) =>
    tf.tidy(() => convolved(backend, inputs, attrs) ?? fallBack(stock, backend, inputs, attrs)),
  );

export const fusedConv2D = (stock: Stock): KernelConfig =>
  defineTensorFlowKernel<"x" | "filter" | "bias" | "preluActivationWeights", FusedConv2DAttrs>(
    FusedConv2D,
    ({ inputs, attrs, backend }) =>
      tf.tidy(() => {
        const { bias, preluActivationWeights } = inputs;
        const y = convolved(backend, inputs, attrs);
        if (y === null) return fallBack(stock, backend, inputs, attrs);
        const { activation, leakyreluAlpha } = attrs;
        return backend.applyActivation(
          bias ? tf.add(y, bias) : y,
          activation,
          preluActivationWeights,
          leakyreluAlpha,
        );
      }),
  );

export const conv2DBackpropInput = (stock: Stock): KernelConfig =>
  defineTensorFlowKernel<"dy" | "filter", Conv2DBackpropInputAttrs>(
    Conv2DBackpropInput,
    ({ inputs, attrs, backend }) => {
      const { dy, filter } = inputs;
      const info = infoOf(attrs.inputShape, shape4(filter), attrs);
      return tf.tidy(() => {
        if (isPointwise(attrs, info)) {
          const pixels = tf.matMul(rows(dy), matrix(filter), false, true);
          return spread(backend, tf.reshape(pixels, [...info.outShape.slice(0, 3), info.inChannels]), info);
        }
        if (!isByNumbers(attrs, info)) return fallBack(stock, backend, inputs, attrs);
        const shape = tf.tensor1d(attrs.inputShape, "int32");
        return paddedByNumbers(backend, Conv2DBackpropInput, [shape, filter, dy], info);
      });
    },
  );

export const conv2DBackpropFilter = (stock: Stock): KernelConfig =>
  defineTensorFlowKernel<"x" | "dy", Conv2DBackpropFilterAttrs>(
    Conv2DBackpropFilter,
    ({ inputs, attrs, backend }) => {
      const { x, dy } = inputs;
      const info = infoOf(shape4(x), attrs.filterShape, attrs);
      return tf.tidy(() => {
        if (isPointwise(attrs, info)) {
          return tf.reshape(tf.matMul(looked(x, info), rows(dy), true, false), attrs.filterShape);
        }
        if (!isByNumbers(attrs, info)) return fallBack(stock, backend, inputs, attrs);
        const shape = tf.tensor1d(attrs.filterShape, "int32");
        return paddedByNumbers(backend, Conv2DBackpropFilter, [x, shape, dy], info);
      });
    },
  );
