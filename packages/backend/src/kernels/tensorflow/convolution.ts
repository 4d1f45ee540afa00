// Two things that TensorFlow's convolutions need. A 1×1 convolution is a matrix product: faster as one, and oneDNN's
// own kernel for large ones kills the process on CPUs that list no caches. And padding by numbers is refused, by the
// gradients at least, so the input is padded first.

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
import { defineTensorFlowKernel, runOp, type TensorFlowBackend } from "./run-op.ts";

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

const steps = ({ strideHeight, strideWidth }: ConvInfo): Shape4D => [1, strideHeight, strideWidth, 1];

const isStrided = (info: ConvInfo): boolean => info.strideHeight > 1 || info.strideWidth > 1;

/** One row a pixel that a pointwise convolution looks at. */
const looked = (x: tf.Tensor, info: ConvInfo): tf.Tensor2D =>
  rows(isStrided(info) ? tf.stridedSlice(x, [0, 0, 0, 0], x.shape, steps(info)) : x);

/** Puts such pixels back where they were taken from, zeros between. */
const spread = (backend: TensorFlowBackend, pixels: tf.Tensor, info: ConvInfo): tf.Tensor => {
  if (!isStrided(info)) return pixels;
  const list = (values: readonly number[]): tf.Tensor => tf.tensor1d([...values], "int32");
  const [shape, begin, strides] = [list(info.inShape), list([0, 0, 0, 0]), list(steps(info))];
  const [spreadOut] = runOp(backend, "StridedSliceGrad", [shape, begin, shape, strides, pixels], {
    indexTypes: ["Index"],
  });
  if (!spreadOut) throw new TypeError("StridedSliceGrad gave nothing");
  return spreadOut;
};

type Stock = KernelConfig;

const fallBack = (
  { kernelFunc }: Stock,
  backend: TensorFlowBackend,
  inputs: Readonly<Record<string, tf.Tensor>>,
  attrs: object,
): tf.Tensor => kernelFunc({ inputs, attrs: { ...attrs }, backend }) as tf.Tensor;

export const conv2D = (stock: Stock): KernelConfig =>
  defineTensorFlowKernel<"x" | "filter", Conv2DAttrs>(Conv2D, ({ inputs, attrs, backend }) => {
    const { x, filter } = inputs;
    const info = infoOf(shape4(x), shape4(filter), attrs);
    return tf.tidy(() => {
      if (isPointwise(attrs, info)) {
        return tf.reshape(tf.matMul(looked(x, info), matrix(filter)), info.outShape);
      }
      if (info.padInfo.type !== "NUMBER") return fallBack(stock, backend, inputs, attrs);
      return fallBack(stock, backend, { x: padded(x, info), filter }, { ...attrs, pad: "valid" });
    });
  });

export const fusedConv2D = (stock: Stock): KernelConfig =>
  defineTensorFlowKernel<"x" | "filter" | "bias" | "preluActivationWeights", FusedConv2DAttrs>(
    FusedConv2D,
    ({ inputs, attrs, backend }) => {
      const { x, filter, bias, preluActivationWeights } = inputs;
      const info = infoOf(shape4(x), shape4(filter), attrs);
      if (!isPointwise(attrs, info)) return fallBack(stock, backend, inputs, attrs);
      return tf.tidy(() => {
        const product = tf.matMul(looked(x, info), matrix(filter));
        const y = tf.reshape(product, info.outShape);
        const { activation, leakyreluAlpha } = attrs;
        return backend.applyActivation(
          bias ? tf.add(y, bias) : y,
          activation,
          preluActivationWeights,
          leakyreluAlpha,
        );
      });
    },
  );

export const conv2DBackpropInput = (stock: Stock): KernelConfig =>
  defineTensorFlowKernel<"dy" | "filter", Conv2DBackpropInputAttrs>(
    Conv2DBackpropInput,
    ({ inputs, attrs, backend }) => {
      const { dy, filter } = inputs;
      const info = infoOf(attrs.inputShape, shape4(filter), attrs);
      const { top, left, type } = info.padInfo;
      return tf.tidy(() => {
        if (isPointwise(attrs, info)) {
          const pixels = tf.matMul(rows(dy), matrix(filter), false, true);
          return spread(backend, tf.reshape(pixels, [...info.outShape.slice(0, 3), info.inChannels]), info);
        }
        if (type === "SAME" || type === "VALID") return fallBack(stock, backend, inputs, attrs);
        const inputShape = paddedShape(info);
        const whole = fallBack(stock, backend, inputs, { ...attrs, inputShape, pad: "valid" });
        return tf.slice(whole, [0, top, left, 0], info.inShape);
      });
    },
  );

export const conv2DBackpropFilter = (stock: Stock): KernelConfig =>
  defineTensorFlowKernel<"x" | "dy", Conv2DBackpropFilterAttrs>(
    Conv2DBackpropFilter,
    ({ inputs, attrs, backend }) => {
      const { x, dy } = inputs;
      const info = infoOf(shape4(x), attrs.filterShape, attrs);
      const { type } = info.padInfo;
      return tf.tidy(() => {
        if (isPointwise(attrs, info)) {
          return tf.reshape(tf.matMul(looked(x, info), rows(dy), true, false), attrs.filterShape);
        }
        if (type === "SAME" || type === "VALID") return fallBack(stock, backend, inputs, attrs);
        return fallBack(stock, backend, { x: padded(x, info), dy }, { ...attrs, pad: "valid" });
      });
    },
  );

const padded = (x: tf.Tensor, { padInfo: { top, bottom, left, right } }: ConvInfo): tf.Tensor =>
  tf.pad(x, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]);

const paddedShape = ({ inShape, padInfo: { top, bottom, left, right } }: ConvInfo): Shape4D => [
  inShape[0],
  inShape[1] + top + bottom,
  inShape[2] + left + right,
  inShape[3],
];
