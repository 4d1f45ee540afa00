/**
 * Batch normalisation by moving averages is affine, so it goes into the convolution before it: the kernel is multiplied
 * by γ/σ, and β - μ γ/σ is the bias. A pass over all activations less on the way back; γ's gradient comes from the
 * kernel's.
 */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { affineOf, normalizesLastAxis } from "./batch-normalization.ts";
import { convolve, isPlainConvolution } from "./convolution.ts";
import type { LayerUse } from "./layer-uses.ts";

/** For each use of a batch normalisation that can be folded: the use of the convolution that makes its input. */
export type Folds = ReadonlyMap<LayerUse, LayerUse>;

const known = new WeakMap<readonly LayerUse[], Folds>();

/** Where nothing but the batch normalisation reads what the convolution gives, and both are among the uses. */
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
    if (isPlainConvolution(maker.layer) && normalizesLastAxis(use.layer, 4)) found.set(use, maker);
  }
  return found;
}

/** @param x what the convolution gets. */
export function convolveAndNormalize(
  convolution: tfl.layers.Layer,
  normalization: tfl.layers.Layer,
  x: tf.Tensor,
): tf.Tensor {
  const affine = affineOf(normalization, x.rank);
  if (affine === null) throw new RangeError(`"${normalization.name}" does not normalise the last axis`);
  const { scale, shift } = affine;
  return convolve(convolution, x, {
    kernel: (kernel) => tf.mul(kernel, scale),
    bias: (bias) => (bias === undefined ? shift : tf.add(tf.mul(bias, scale), shift)),
  });
}
