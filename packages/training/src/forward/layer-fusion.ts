/**
 * Layer fusion. Zero padding is fused into the convolution after it, or into max pooling if the input is never negative.
 * Batch normalisation by moving averages is affine and is fused into the convolution before it: the kernel is multiplied by
 * γ/σ, the bias becomes `b γ/σ + β - μ γ/σ`.
 */
import type { GraphTensor, LayerCall } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { batchNormAffine, normalizesLastAxis } from "./batch-normalization.ts";
import { type ConvolutionChanges, convolve, isPlainConvolution, unchanged } from "./convolution.ts";

/** From a call to the preceding call that is fused into it. */
export type Fusions = ReadonlyMap<LayerCall, LayerCall>;

const cache = new WeakMap<readonly LayerCall[], Fusions>();

/** Fusions within `calls`. The output of a fused call has no other reader, and is not requested. */
export function fusionsOf(calls: readonly LayerCall[], requested: readonly GraphTensor[]): Fusions {
  const fusions = cache.get(calls) ?? findFusions(calls);
  cache.set(calls, fusions);
  const hides = (call: LayerCall): boolean => call.inputs.some((input) => requested.includes(input));
  const hiding = [...fusions.keys()].filter(hides);
  if (hiding.length === 0) return fusions;
  return new Map([...fusions].filter(([call]) => !hiding.includes(call)));
}

function findFusions(calls: readonly LayerCall[]): Fusions {
  const producers = new Map(calls.flatMap((call) => call.outputs.map((output) => [output, call] as const)));
  const readers = new Map<GraphTensor, number>();
  for (const tensor of calls.flatMap(({ inputs }) => inputs))
    readers.set(tensor, (readers.get(tensor) ?? 0) + 1);
  const fused = new Map<LayerCall, LayerCall>();
  for (const call of calls) {
    const [input] = call.inputs;
    const before = input === undefined ? undefined : producers.get(input);
    if (input === undefined || before === undefined || readers.get(input) !== 1) continue;
    const [source] = before.inputs;
    const isNonNegative = source !== undefined && endsInRelu(producers.get(source)?.layer);
    if (canFuse(call.layer, before.layer, isNonNegative)) fused.set(call, before);
  }
  return fused;
}

/** @param isNonNegative - The input of `before` has no negative values. */
function canFuse(layer: tfl.layers.Layer, before: tfl.layers.Layer, isNonNegative: boolean): boolean {
  if (isPlainConvolution(before)) return normalizesLastAxis(layer, 4);
  if (!isZeroPadding(before) || layer.getConfig()["padding"] !== "valid") return false;
  return isPlainConvolution(layer) || (isNonNegative && isMaxPooling(layer) && isInside(before, layer));
}

/** No pooling window lies in the padding alone. */
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

/** A call preceded by the calls that are fused into it, in the order of execution. */
export function fusedCalls(fusions: Fusions, call: LayerCall): readonly [LayerCall, ...LayerCall[]] {
  const before = fusions.get(call);
  return before === undefined ? [call] : [...fusedCalls(fusions, before), call];
}

/**
 * Runs fused calls: padding and pooling, or a convolution with padding, batch normalisation or both.
 *
 * @param x - The first call's input.
 */
export function runFused(calls: readonly LayerCall[], x: tf.Tensor): tf.Tensor {
  const layers = calls.map(({ layer }) => layer);
  const [padding, pooling] = [layers.find(isZeroPadding), layers.find(isMaxPooling)];
  if (padding !== undefined && pooling !== undefined) return pool(pooling, x, paddingOf(padding));
  const convolution = layers.find(isPlainConvolution);
  if (convolution === undefined) throw new RangeError("fused calls need a convolution or max pooling");
  const normalization = layers.find((layer) => normalizesLastAxis(layer, 4));
  return convolve(convolution, x, {
    ...(normalization === undefined ? unchanged : scaledBy(normalization)),
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

function scaledBy(normalization: tfl.layers.Layer): ConvolutionChanges {
  const affine = batchNormAffine(normalization, 4);
  if (affine === null) throw new RangeError(`"${normalization.name}" does not normalise the last axis`);
  const { scale, shift } = affine;
  return {
    kernel: (kernel) => tf.mul(kernel, scale),
    bias: (bias) => (bias === undefined ? shift : tf.add(tf.mul(bias, scale), shift)),
  };
}
