/**
 * What an engine must compute correctly before it is used: gradients, on numbers that are the same on every engine. The gradient
 * of a linear operation is its transpose, ⟨A x, y⟩ = ⟨x, Aᵀ y⟩, for any x and y; of max pooling that holds as well.
 */
import * as tf from "@tensorflow/tfjs-core";

/** The sum of a tensor's values times these numbers, computed in JavaScript. */
export type Probe = readonly [tensor: tf.Tensor, factors: ArrayLike<number>];

export interface EngineCheck {
  /** As the subject of a sentence. */
  readonly name: string;
  /** tfjs's kernels that it runs; an engine that lacks one is not checked for it. */
  readonly kernels: readonly string[];
  readonly compute: () => readonly [actual: Probe, expected: Probe | number];
}

/** Whole numbers from -5 to 5 in an order without symmetry. */
function numbers(count: number, start = 0): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => (((i + start) ** 2 * 7 + i) % 11) - 5);
}

const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);

const filled = (shape: readonly number[], values: Float32Array): tf.Tensor => tf.tensor(values, [...shape]);

const run = (kernel: string, inputs: tf.NamedTensorMap, attrs: object): tf.Tensor =>
  tf.engine().runKernel(kernel, inputs, attrs as tf.NamedAttrMap);

interface Pooling {
  readonly name: string;
  readonly forward: string;
  readonly backward: string;
}

/** Windows of 3 at stride 2 that overlap, and reach into the padding at both ends. */
const poolingAttrs = { filterSize: 3, strides: 2, pad: "same" };

const pooling = ({ name, forward, backward }: Pooling): EngineCheck => ({
  name: `the gradient of ${name}`,
  kernels: [forward, backward],
  compute: () => {
    const x = numbers(2 * 5 * 5 * 3);
    const input = filled([2, 5, 5, 3], x);
    const output = run(forward, { x: input }, poolingAttrs);
    const dy = numbers(output.size, 3);
    const dx = run(backward, { dy: filled(output.shape, dy), input, output }, poolingAttrs);
    return [
      [dx, x],
      [output, dy],
    ];
  },
});

interface Convolution {
  readonly name: string;
  readonly forward: string;
  readonly backward: string;
  readonly operand: "input" | "filter";
  readonly filterShape: readonly number[];
}

const convolution = ({ name, forward, backward, operand, filterShape }: Convolution): EngineCheck => ({
  name: `the gradient of ${name} with respect to its ${operand}`,
  kernels: [forward, backward],
  compute: () => {
    const inputShape = [2, 6, 5, 3];
    const values = {
      input: numbers(tf.util.sizeFromShape(inputShape)),
      filter: numbers(tf.util.sizeFromShape([...filterShape]), 1),
    };
    const [x, filter] = [filled(inputShape, values.input), filled(filterShape, values.filter)];
    const attrs = {
      strides: [2, 2],
      pad: "same",
      dataFormat: "NHWC",
      dilations: [1, 1],
      inputShape,
      filterShape,
    };
    const y = run(forward, { x, filter }, attrs);
    const dyValues = numbers(y.size, 2);
    const dy = filled(y.shape, dyValues);
    const gradient = run(backward, operand === "input" ? { dy, filter } : { x, dy }, attrs);
    return [
      [gradient, values[operand]],
      [y, dyValues],
    ];
  },
});

const plain = { name: "convolution", forward: tf.Conv2D, filterShape: [3, 3, 3, 4] };
const depthwise = {
  name: "depthwise convolution",
  forward: tf.DepthwiseConv2dNative,
  filterShape: [3, 3, 3, 2],
};

export const engineChecks: readonly EngineCheck[] = [
  {
    name: "arithmetic in 32 bits",
    kernels: [],
    compute: () => {
      const tiny = tf.fill([256], 2 ** -20); // tfjs computes with up to 128 numbers on the CPU
      return [[tf.sub(tf.add(tiny, 1), 1), new Float32Array(256).fill(1)], 256 * 2 ** -20];
    },
  },
  {
    name: "convolution",
    kernels: [tf.Conv2D],
    compute: () => {
      const [x, filter] = [tf.ones<tf.Rank.R4>([1, 6, 6, 3]), tf.ones<tf.Rank.R4>([2, 2, 3, 4])];
      const factors = numbers(5 * 5 * 4);
      return [[tf.conv2d(x, filter, 1, "valid"), factors], 12 * sum(factors)];
    },
  },
  {
    name: "average pooling",
    kernels: [tf.AvgPool],
    compute: () => {
      const factors = numbers(3 * 3 * 3);
      return [[run(tf.AvgPool, { x: tf.ones([1, 5, 5, 3]) }, poolingAttrs), factors], sum(factors)];
    },
  },
  {
    name: "the sum of 20 tensors",
    kernels: [tf.AddN],
    compute: () => {
      const factors = numbers(200);
      return [[tf.addN(Array.from({ length: 20 }, () => tf.fill([200], 3))), factors], 60 * sum(factors)];
    },
  },
  convolution({ ...plain, operand: "input", backward: tf.Conv2DBackpropInput }),
  convolution({ ...plain, operand: "filter", backward: tf.Conv2DBackpropFilter }),
  convolution({ ...depthwise, operand: "input", backward: tf.DepthwiseConv2dNativeBackpropInput }),
  convolution({ ...depthwise, operand: "filter", backward: tf.DepthwiseConv2dNativeBackpropFilter }),
  pooling({ name: "average pooling", forward: tf.AvgPool, backward: tf.AvgPoolGrad }),
  pooling({ name: "max pooling", forward: tf.MaxPool, backward: tf.MaxPoolGrad }),
  {
    name: "the gradient of max pooling, which belongs to the first of equal values,",
    kernels: [tf.MaxPool, tf.MaxPoolGrad],
    compute: () => {
      const input = tf.zeros([1, 5, 5, 1]);
      const output = run(tf.MaxPool, { x: input }, poolingAttrs);
      const dx = run(tf.MaxPoolGrad, { dy: tf.onesLike(output), input, output }, poolingAttrs);
      const positions = Float32Array.from({ length: 25 }, (_, i) => i);
      return [[dx, positions], 3 * (0 + 1 + 3) + 3 * 5 * (0 + 1 + 3)]; // windows begin at rows and columns 0, 1, 3
    },
  },
  {
    name: "the product of transposed matrices",
    kernels: [],
    compute: () => {
      const [a, b, factors] = [numbers(7 * 5), numbers(6 * 7, 2), numbers(5 * 6, 4)];
      const product = tf.matMul(filled([7, 5], a), filled([6, 7], b), true, true); // [5, 6]
      const expected = factors.map((factor, i) => {
        const [row, column] = [Math.floor(i / 6), i % 6];
        return sum(
          Float32Array.from(
            { length: 7 },
            (_, k) => factor * Number(a[k * 5 + row]) * Number(b[column * 7 + k]),
          ),
        );
      });
      return [[product, factors], sum(expected)];
    },
  },
];
