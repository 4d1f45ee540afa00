/**
 * The multiply-adds of every layer class of tfjs-layers 4.22, from the shapes of one call, or the reason why a class does not
 * count. Biases, normalisation, activations and pooling do not, as in the paper.
 */
import type { LayerClass, Shape } from "@secateur/model-graph";
import { bidirectional, recurrent, rnn, timeDistributed } from "./recurrent-macs.ts";

/** Shapes of one call of a layer, without the batch axis; no size is open. */
export interface CallShapes {
  readonly inputs: readonly Shape[];
  readonly output: Shape;
  /** In the order of `layer.weights`. */
  readonly weights: readonly Shape[];
  readonly config: LayerConfig;
}

/** `layer.getConfig()` */
export type LayerConfig = Readonly<Record<string, unknown>>;

export type MacRule = (shapes: CallShapes) => number;

/** The rule of a layer, or why it does not count; undefined for a class of the user's own, also inside a wrapper. */
export type MacRuleOf = (className: string, config: LayerConfig) => MacRule | string | undefined;

/** Kernel `[...taps, cin, cout]`, or `[in, units]` of Dense: each output value is a sum of `taps · cin` products. */
const convolution: MacRule = ({ weights: [kernel], output }) =>
  product(output) * product(kernel?.slice(0, -1));

/** Kernel `[...taps, cout, cin]`: each input value is a factor of `taps · cout` products. */
const transposedConvolution: MacRule = ({ weights: [kernel], inputs: [input] }) =>
  product(input) * product(kernel?.slice(0, -1));

/** Kernel `[kh, kw, cin, multiplier]`, output `cin · multiplier` channels. */
const depthwiseConvolution: MacRule = ({ weights: [kernel], output }) =>
  product(output) * product(kernel?.slice(0, 2));

/** Kernels `[kh, kw, cin, multiplier]` and `[1, 1, cin · multiplier, cout]`, each once per pixel of the output. */
const separableConvolution: MacRule = ({ weights: [depthwise, pointwise], output }) =>
  (product(output) / product(pointwise?.slice(-1))) * (product(depthwise) + product(pointwise));

/** Inputs of m·k and k·n values, an output of m·n: m·k·n products. */
const dot: MacRule = ({ inputs: [left, right], output }) =>
  Math.round(Math.sqrt(product(left) * product(right) * product(output)));

const moves = "moves numbers";
const elementwise = "one operation per number";
const activation = "activations do not count";
const normalization = "normalisation does not count";
const pooling = "pooling does not count";
const resizing = "interpolation does not count";
const lookup = "looks numbers up";
const training = "does nothing when the model predicts";
const inlined = "its layers count";
const cell = "its recurrent layer counts";

/** A layer whose rule depends on its cells or on what it wraps. */
interface Outer {
  readonly rule: (config: LayerConfig, ruleOf: MacRuleOf) => MacRule | string | undefined;
}

export const macRules: Readonly<Record<LayerClass, MacRule | Outer | string>> = {
  InputLayer: moves,
  Conv1D: convolution,
  Conv2D: convolution,
  Conv3D: convolution,
  Conv2DTranspose: transposedConvolution,
  Conv3DTranspose: transposedConvolution,
  DepthwiseConv2D: depthwiseConvolution,
  SeparableConv2D: separableConvolution,
  Dense: convolution,
  Embedding: lookup,
  BatchNormalization: normalization,
  LayerNormalization: normalization,
  Activation: activation,
  ReLU: activation,
  LeakyReLU: activation,
  PReLU: activation,
  ELU: activation,
  ThresholdedReLU: activation,
  Softmax: activation,
  Add: elementwise,
  Average: elementwise,
  Maximum: elementwise,
  Minimum: elementwise,
  Multiply: elementwise,
  Concatenate: moves,
  Dot: dot,
  MaxPooling1D: pooling,
  AveragePooling1D: pooling,
  MaxPooling2D: pooling,
  AveragePooling2D: pooling,
  MaxPooling3D: pooling,
  AveragePooling3D: pooling,
  GlobalAveragePooling1D: pooling,
  GlobalMaxPooling1D: pooling,
  GlobalAveragePooling2D: pooling,
  GlobalMaxPooling2D: pooling,
  Flatten: moves,
  Reshape: moves,
  Permute: moves,
  RepeatVector: moves,
  ZeroPadding2D: moves,
  Cropping2D: moves,
  UpSampling2D: resizing,
  Dropout: training,
  SpatialDropout1D: training,
  AlphaDropout: training,
  GaussianNoise: training,
  GaussianDropout: training,
  Masking: moves,
  Rescaling: normalization,
  CenterCrop: moves,
  CategoryEncoding: lookup,
  Resizing: resizing,
  RandomWidth: resizing,
  SimpleRNN: recurrent,
  GRU: recurrent,
  LSTM: recurrent,
  RNN: { rule: rnn },
  ConvLSTM2D: recurrent,
  Bidirectional: { rule: bidirectional },
  TimeDistributed: { rule: timeDistributed },
  SimpleRNNCell: cell,
  GRUCell: cell,
  LSTMCell: cell,
  StackedRNNCells: cell,
  ConvLSTM2DCell: cell,
  Model: inlined,
  Functional: inlined,
  Sequential: inlined,
};

export function macRuleOf(...[className, config]: Parameters<MacRuleOf>): ReturnType<MacRuleOf> {
  const rule = Object.hasOwn(macRules, className) ? macRules[className as LayerClass] : undefined;
  return typeof rule === "object" ? rule.rule(config, macRuleOf) : rule;
}

const product = (sizes: Shape | undefined): number => (sizes ?? []).reduce<number>((a, b) => a * (b ?? 0), 1);
