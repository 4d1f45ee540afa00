/** The axes of a convolution's kernel, from the layer's configuration; padding as in TensorFlow. */
import type * as tfl from "@tensorflow/tfjs-layers";
import type { KernelAxis } from "./patches.ts";

/** @param inputShape - `[batch, ...sizes, channels]` */
export function convolutionAxes(
  layer: tfl.layers.Layer,
  inputShape: readonly number[],
): readonly KernelAxis[] {
  return settings(layer, inputShape).map(({ size, taps, stride, dilation, padding }) => {
    const extent = dilation * (taps - 1) + 1;
    const outputSize =
      padding === "valid" ? Math.ceil((size - extent + 1) / stride) : Math.ceil(size / stride);
    const total = Math.max((outputSize - 1) * stride + extent - size, 0);
    const before = padding === "valid" ? 0 : Math.floor(total / 2);
    return {
      taps,
      outputSize,
      inputIndex: (output, tap) => inRange(output * stride - before + tap * dilation, size),
    };
  });
}

/** Of a transposed convolution, the gradient of a convolution with the same settings. */
export function transposedAxes(
  layer: tfl.layers.Layer,
  inputShape: readonly number[],
): readonly KernelAxis[] {
  return settings(layer, inputShape).map(({ size, taps, stride, padding }) => {
    const outputSize = padding === "same" ? size * stride : size * stride + Math.max(taps - stride, 0);
    const total = padding === "same" ? Math.max((size - 1) * stride + taps - outputSize, 0) : 0;
    const before = Math.floor(total / 2);
    return {
      taps,
      outputSize,
      inputIndex: (output, tap) => {
        const position = output + before - tap;
        return position % stride === 0 ? inRange(position / stride, size) : -1;
      },
    };
  });
}

interface AxisSettings {
  readonly size: number;
  readonly taps: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: string;
}

function settings(layer: tfl.layers.Layer, inputShape: readonly number[]): readonly AxisSettings[] {
  const { kernelSize, strides, dilationRate, padding } = layer.getConfig();
  return inputShape.slice(1, -1).map((size, axis) => ({
    size,
    taps: along(kernelSize, axis),
    stride: along(strides, axis),
    dilation: along(dilationRate, axis),
    padding: String(padding ?? "valid"),
  }));
}

/** A setting that is one number or one per axis. */
function along(value: unknown, axis: number): number {
  const values = [value ?? 1].flat();
  return Number(values[axis] ?? values[0]);
}

const inRange = (index: number, size: number): number => (index >= 0 && index < size ? index : -1);
