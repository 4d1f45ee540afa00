/**
 * Convolutions on TensorFlow. A 1×1 convolution runs as a matrix product, which is faster; oneDNN's own kernel for large
 * ones kills the process on CPUs that report no caches. tfjs-node refuses explicit padding, which TensorFlow supports.
 */
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
import { explicitWindow, hasExplicitPadding, strides4d } from "./windows.ts";

type Shape4D = [number, number, number, number];
type ConvInfo = backend_util.Conv2DInfo;

/** The gradients' attributes have no dilations: tfjs differentiates only convolutions without. */
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

/** The pixels that a pointwise convolution reads, one row each. */
const inputRows = (x: tf.Tensor, info: ConvInfo): tf.Tensor2D =>
  rows(isStrided(info) ? tf.stridedSlice(x, [0, 0, 0, 0], x.shape, strides4d(info)) : x);

/** The inverse of `inputRows`: pixels at their places in the image, zeros between. */
const scatterPixels = (backend: TensorFlowBackend, pixels: tf.Tensor, info: ConvInfo): tf.Tensor => {
  if (!isStrided(info)) return pixels;
  const list = (values: readonly number[]): tf.Tensor => tf.tensor1d([...values], "int32");
  const [shape, begin, strides] = [list(info.inShape), list([0, 0, 0, 0]), list(strides4d(info))];
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

const isExplicit = ({ dataFormat }: Attrs, info: ConvInfo): boolean =>
  dataFormat !== "NCHW" && hasExplicitPadding(info);

type Operation = typeof Conv2D | typeof Conv2DBackpropInput | typeof Conv2DBackpropFilter;

const explicitlyPadded = (
  backend: TensorFlowBackend,
  operation: Operation,
  inputs: readonly TensorInfo[],
  info: ConvInfo,
): tf.Tensor => {
  const dilations = [1, info.dilationHeight, info.dilationWidth, 1];
  return runOpForOne(backend, operation, inputs, { attributes: { ...explicitWindow(info), dilations } });
};

/**
 * oneDNN computes zeros below the first row for one input channel, one output column, vertical stride 1 and a larger
 * horizontal stride. With one output column the horizontal stride has no effect and may be 1.
 */
const isMiscomputed = ({ inChannels, outWidth, strideHeight, strideWidth }: ConvInfo): boolean =>
  inChannels === 1 && outWidth === 1 && strideHeight === 1 && strideWidth > 1;

const oneColumn = (
  backend: TensorFlowBackend,
  x: tf.Tensor,
  filter: tf.Tensor,
  info: ConvInfo,
): tf.Tensor => {
  const width = info.effectiveFilterWidth - info.padInfo.left;
  const visible = tf.slice(x, [0, 0, 0, 0], [-1, -1, Math.min(width, info.inWidth), -1]);
  const padInfo = { ...info.padInfo, right: Math.max(0, width - info.inWidth) };
  return explicitlyPadded(backend, Conv2D, [visible, filter], { ...info, strideWidth: 1, padInfo });
};

/** Null for tfjs-node's own kernel. */
const convolve = (
  backend: TensorFlowBackend,
  { x, filter }: Readonly<Record<"x" | "filter", tf.Tensor>>,
  attrs: Attrs,
): tf.Tensor | null => {
  const info = infoOf(shape4(x), shape4(filter), attrs);
  if (isPointwise(attrs, info))
    return tf.reshape(tf.matMul(inputRows(x, info), matrix(filter)), info.outShape);
  if (attrs.dataFormat === "NCHW") return null;
  if (isMiscomputed(info)) return oneColumn(backend, x, filter, info);
  return isExplicit(attrs, info) ? explicitlyPadded(backend, Conv2D, [x, filter], info) : null;
};

export function conv2D(stock: Stock): KernelConfig {
  return defineTensorFlowKernel<"x" | "filter", Conv2DAttrs>(Conv2D, ({ inputs, attrs, backend }) =>
    tf.tidy(() => convolve(backend, inputs, attrs) ?? fallBack(stock, backend, inputs, attrs)),
  );
}

export function fusedConv2D(stock: Stock): KernelConfig {
  return defineTensorFlowKernel<"x" | "filter" | "bias" | "preluActivationWeights", FusedConv2DAttrs>(
    FusedConv2D,
    ({ inputs, attrs, backend }) =>
      tf.tidy(() => {
        const { bias, preluActivationWeights } = inputs;
        const y = convolve(backend, inputs, attrs);
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
}

export function conv2DBackpropInput(stock: Stock): KernelConfig {
  return defineTensorFlowKernel<"dy" | "filter", Conv2DBackpropInputAttrs>(
    Conv2DBackpropInput,
    ({ inputs, attrs, backend }) => {
      const { dy, filter } = inputs;
      const info = infoOf(attrs.inputShape, shape4(filter), attrs);
      return tf.tidy(() => {
        if (isPointwise(attrs, info)) {
          const pixels = tf.matMul(rows(dy), matrix(filter), false, true);
          return scatterPixels(
            backend,
            tf.reshape(pixels, [...info.outShape.slice(0, 3), info.inChannels]),
            info,
          );
        }
        if (!isExplicit(attrs, info)) return fallBack(stock, backend, inputs, attrs);
        const shape = tf.tensor1d(attrs.inputShape, "int32");
        return explicitlyPadded(backend, Conv2DBackpropInput, [shape, filter, dy], info);
      });
    },
  );
}

export function conv2DBackpropFilter(stock: Stock): KernelConfig {
  return defineTensorFlowKernel<"x" | "dy", Conv2DBackpropFilterAttrs>(
    Conv2DBackpropFilter,
    ({ inputs, attrs, backend }) => {
      const { x, dy } = inputs;
      const info = infoOf(shape4(x), attrs.filterShape, attrs);
      return tf.tidy(() => {
        if (isPointwise(attrs, info)) {
          return tf.reshape(tf.matMul(inputRows(x, info), rows(dy), true, false), attrs.filterShape);
        }
        if (!isExplicit(attrs, info)) return fallBack(stock, backend, inputs, attrs);
        const shape = tf.tensor1d(attrs.filterShape, "int32");
        return explicitlyPadded(backend, Conv2DBackpropFilter, [x, shape, dy], info);
      });
    },
  );
}
