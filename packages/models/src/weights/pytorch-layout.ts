/**
 * PyTorch's parameter names and layouts, one table entry per layer class. The PyTorch tensor, reshaped to `view` and
 * transposed by `order`, is the tfjs weight.
 */
import type { WeightTensor } from "../formats/weight-tensor.ts";
import { elementCount, transpose } from "../formats/weight-tensor.ts";

export interface PyTorchLayout {
  /** "weight", "bias", "running_mean" or "running_var". */
  readonly parameter: string;
  readonly shape: readonly number[];
  readonly view: readonly number[];
  readonly order: readonly number[];
}

type MapShape = readonly [height: number, width: number, channels: number];

/** Arguments: the tfjs weight's shape, and the feature map whose flattened form is the layer's input, if any. */
type LayoutRule = (shape: readonly number[], flattened: MapShape | undefined) => PyTorchLayout;

const vector =
  (parameter: string): LayoutRule =>
  (shape) => ({ parameter, shape, view: shape, order: [0] });

/** One value per input feature. */
const inputVector =
  (parameter: string): LayoutRule =>
  (shape, flattened) => {
    if (flattened === undefined) return vector(parameter)(shape, flattened);
    const [height, width, channels] = flattened;
    return { parameter, shape, view: [channels, height, width], order: [1, 2, 0] };
  };

/** [height, width, a, b] from [b, a, height, width]. */
const kernel: LayoutRule = ([height = 1, width = 1, a = 1, b = 1]) => {
  const shape = [b, a, height, width];
  return { parameter: "weight", shape, view: shape, order: [2, 3, 1, 0] };
};

/** [height, width, inputs, multiplier] from [inputs · multiplier, 1, height, width]. */
const depthwiseKernel: LayoutRule = ([height = 1, width = 1, inputs = 1, multiplier = 1]) => ({
  parameter: "weight",
  shape: [inputs * multiplier, 1, height, width],
  view: [inputs, multiplier, height, width],
  order: [2, 3, 0, 1],
});

/** [inputs, units] from [units, inputs]. */
const denseKernel: LayoutRule = ([inputs = 1, units = 1], flattened) => {
  const shape = [units, inputs];
  if (flattened === undefined) return { parameter: "weight", shape, view: shape, order: [1, 0] };
  const [height, width, channels] = flattened;
  return { parameter: "weight", shape, view: [units, channels, height, width], order: [2, 3, 1, 0] };
};

/** By layer class, then by the weight's own name. */
const layouts: Readonly<Record<string, Readonly<Record<string, LayoutRule>>>> = {
  Conv2D: { kernel, bias: vector("bias") },
  Conv2DTranspose: { kernel, bias: vector("bias") },
  DepthwiseConv2D: { depthwise_kernel: depthwiseKernel, bias: vector("bias") },
  Dense: { kernel: denseKernel, bias: vector("bias") },
  BatchNormalization: {
    gamma: inputVector("weight"),
    beta: inputVector("bias"),
    moving_mean: inputVector("running_mean"),
    moving_variance: inputVector("running_var"),
  },
};

/** Undefined if the weight has no counterpart in PyTorch. */
export function pytorchLayout(
  className: string,
  weight: string,
  shape: readonly number[],
  flattened: MapShape | undefined,
): PyTorchLayout | undefined {
  return layouts[className]?.[weight]?.(shape, flattened);
}

/** Reorders a tensor of shape `layout.shape` to tfjs's layout. */
export function toTfjsOrder({ data }: WeightTensor, { view, order }: PyTorchLayout): Float32Array {
  if (elementCount(view) !== data.length)
    throw new RangeError(`cannot view ${data.length} elements as [${view.join(", ")}]`);
  return transpose({ shape: view, data }, order).data;
}

/** The inverse: values in tfjs's layout to a tensor of shape `layout.shape`. */
export function toPyTorchOrder(data: Float32Array, { shape, view, order }: PyTorchLayout): WeightTensor {
  const inverse = view.map((_, axis) => order.indexOf(axis));
  const sizes = order.map((axis) => view[axis] ?? 1);
  return { shape, data: transpose({ shape: sizes, data }, inverse).data };
}
