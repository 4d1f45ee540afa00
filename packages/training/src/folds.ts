/**
 * Layers that run as a part of the one next to them, which saves a pass over all activations and a copy of them. Zero
 * padding before a convolution becomes the convolution's own, and that between a ReLU and max pooling the pooling's. Batch
 * normalisation by moving averages is affine: the kernel of the convolution before it is multiplied by γ/σ, and β - μ γ/σ
 * is the bias; γ's gradient comes from the kernel's.
 */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { affineOf, normalizesLastAxis } from "./batch-normalization.ts";
import { type Changes, convolve, isPlainConvolution, unchanged } from "./convolution.ts";
import type { LayerUse } from "./layer-uses.ts";

/** For each use that takes another one in: the one before it. */
export type Folds = ReadonlyMap<LayerUse, LayerUse>;

const known = new WeakMap<readonly LayerUse[], Folds>();

/** Where nothing but the second layer reads what the first one gives, and both are among the uses. */
export function foldsOf(model: tfl.LayersModel, uses: readonly LayerUse[]): Folds {
  const folds = known.get(uses) ?? findFolds(model, uses);
  known.set(uses, folds);
  return folds;
}

function findFolds(model: tfl.LayersModel, uses: readonly LayerUse[]): Folds {
  const makers = new Map(uses.flatMap((use) => use.outputs.map((output) => [output, use] as const)));
  const readers = new Map<tfl.SymbolicTensor, number>();
  for (const tensor of [...uses.flatMap(({ inputs }) => inputs), ...model.outputs])
    readers.set(tensor, (readers.get(tensor) ?? 0) + 1);
  const found = new Map<LayerUse, LayerUse>();
  for (const use of uses) {
    const [input] = use.inputs;
    const maker = input === undefined ? undefined : makers.get(input);
    if (input === undefined || maker === undefined || readers.get(input) !== 1) continue;
    const [source] = maker.inputs;
    const isPositive = source !== undefined && endsInRelu(makers.get(source)?.layer);
    if (takesIn(use.layer, maker.layer, isPositive)) found.set(use, maker);
  }
  return found;
}

/** @param isPositive nothing that `before` gets is below zero. */
function takesIn(layer: tfl.layers.Layer, before: tfl.layers.Layer, isPositive: boolean): boolean {
  if (isPlainConvolution(before)) return normalizesLastAxis(layer, 4);
  if (!isZeroPadding(before) || layer.getConfig()["padding"] !== "valid") return false;
  return isPlainConvolution(layer) || (isPositive && isMaxPooling(layer) && isInside(before, layer));
}

/** Whatever the window, it holds something else than padding. */
function isInside(padding: tfl.layers.Layer, pooling: tfl.layers.Layer): boolean {
  const size = pooling.getConfig()["poolSize"] as [number, number];
  return paddingOf(padding).every(([before, after], axis) => {
    const window = size[axis - 1] ?? 1;
    return before < window && after < window;
  });
}

function endsInRelu(layer: tfl.layers.Layer | undefined): boolean {
  const activation = String(layer?.getConfig()["activation"]);
  return layer?.getClassName() === "ReLU" || activation === "relu" || activation === "relu6";
}

function isMaxPooling(layer: tfl.layers.Layer): boolean {
  return layer.getClassName() === "MaxPooling2D" && layer.getConfig()["dataFormat"] !== "channelsFirst";
}

function isZeroPadding(layer: tfl.layers.Layer): boolean {
  return layer.getClassName() === "ZeroPadding2D" && layer.getConfig()["dataFormat"] !== "channelsFirst";
}

/** A use, and what it takes in: the first one first. */
export function chainOf(folds: Folds, use: LayerUse): readonly [LayerUse, ...LayerUse[]] {
  const before = folds.get(use);
  return before === undefined ? [use] : [...chainOf(folds, before), use];
}

/**
 * Padding, convolution and batch normalisation in one, or two of them; or padding and pooling.
 *
 * @param x what the first of them gets.
 */
export function runChain(chain: readonly LayerUse[], x: tf.Tensor): tf.Tensor {
  const layers = chain.map(({ layer }) => layer);
  const [padding, pooling] = [layers.find(isZeroPadding), layers.find(isMaxPooling)];
  if (padding !== undefined && pooling !== undefined) return pool(pooling, x, paddingOf(padding));
  const convolution = layers.find(isPlainConvolution);
  if (convolution === undefined) throw new RangeError("only convolutions and pooling take others in");
  const normalization = layers.find((layer) => normalizesLastAxis(layer, 4));
  return convolve(convolution, x, {
    ...(normalization === undefined ? unchanged : scaled(normalization)),
    ...(padding === undefined ? {} : { padding: paddingOf(padding) }),
  });
}

function pool(layer: tfl.layers.Layer, x: tf.Tensor, padding: tf.backend_util.ExplicitPadding): tf.Tensor {
  const { poolSize, strides } = layer.getConfig() as Record<string, [number, number]>;
  return tf.maxPool(x as tf.Tensor4D, poolSize ?? 1, strides ?? 1, padding);
}

function paddingOf(layer: tfl.layers.Layer): tf.backend_util.ExplicitPadding {
  const [rows, columns] = layer.getConfig()["padding"] as [[number, number], [number, number]];
  return [[0, 0], rows, columns, [0, 0]];
}

function scaled(normalization: tfl.layers.Layer): Changes {
  const affine = affineOf(normalization, 4);
  if (affine === null) throw new RangeError(`"${normalization.name}" does not normalise the last axis`);
  const { scale, shift } = affine;
  return {
    kernel: (kernel) => tf.mul(kernel, scale),
    bias: (bias) => (bias === undefined ? shift : tf.add(tf.mul(bias, scale), shift)),
  };
}
