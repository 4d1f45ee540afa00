/** The windows of a pooling along each of its two or three axes. */
import { backend_util, type MaxPool3DAttrs, type MaxPoolAttrs, type TensorInfo } from "@tensorflow/tfjs-core";

export interface PoolAxis {
  /** Of the input. */
  readonly size: number;
  /** The number of windows: the size of the output. */
  readonly windows: number;
  /** The size of a window. */
  readonly taps: number;
  readonly stride: number;
  /** The padding before the first value. */
  readonly before: number;
}

export type PoolAttrs = Pick<MaxPoolAttrs | MaxPool3DAttrs, "filterSize" | "strides" | "pad"> &
  Partial<Pick<MaxPoolAttrs, "dimRoundingMode">>;

/** @param input - `[batch, height, width, channels]` or `[batch, depth, height, width, channels]`. */
export function poolAxes({ shape }: TensorInfo, attrs: PoolAttrs): readonly PoolAxis[] {
  return shape.length === 5 ? axes3d(shape, attrs as MaxPool3DAttrs) : axes2d(shape, attrs as MaxPoolAttrs);
}

function axes2d(shape: readonly number[], attrs: MaxPoolAttrs): readonly PoolAxis[] {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const size = [...shape] as [number, number, number, number];
  const info = backend_util.computePool2DInfo(size, filterSize, strides, 1, pad, dimRoundingMode);
  const { inHeight, outHeight, filterHeight, strideHeight, padInfo } = info;
  const { inWidth, outWidth, filterWidth, strideWidth } = info;
  return [
    { size: inHeight, windows: outHeight, taps: filterHeight, stride: strideHeight, before: padInfo.top },
    { size: inWidth, windows: outWidth, taps: filterWidth, stride: strideWidth, before: padInfo.left },
  ];
}

function axes3d(shape: readonly number[], attrs: MaxPool3DAttrs): readonly PoolAxis[] {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const size = [...shape] as [number, number, number, number, number];
  const info = backend_util.computePool3DInfo(size, filterSize, strides, 1, pad, dimRoundingMode);
  const { inDepth, outDepth, filterDepth, strideDepth, padInfo } = info;
  const { inHeight, outHeight, filterHeight, strideHeight } = info;
  const { inWidth, outWidth, filterWidth, strideWidth } = info;
  return [
    { size: inDepth, windows: outDepth, taps: filterDepth, stride: strideDepth, before: padInfo.front },
    { size: inHeight, windows: outHeight, taps: filterHeight, stride: strideHeight, before: padInfo.top },
    { size: inWidth, windows: outWidth, taps: filterWidth, stride: strideWidth, before: padInfo.left },
  ];
}
