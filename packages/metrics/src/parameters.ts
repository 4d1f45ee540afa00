/** Counts a model's parameters, and the bytes they take. */
import type * as tfl from "@tensorflow/tfjs-layers";

export interface ParameterCount {
  readonly total: number;
  readonly trainable: number;
  /** Moving averages and frozen weights. */
  readonly nonTrainable: number;
}

export function countParameters(model: tfl.LayersModel): ParameterCount {
  const trainable = sizeOf(model.trainableWeights);
  const total = sizeOf(model.weights);
  return { total, trainable, nonTrainable: total - trainable };
}

/** Bytes of the weights as float32, in memory or in a file. */
export function byteSize(model: tfl.LayersModel): number {
  return 4 * sizeOf(model.weights);
}

const sizeOf = (weights: readonly tfl.LayerVariable[]): number =>
  weights.reduce((sum, { shape }) => sum + shape.reduce<number>((a, b) => a * (b ?? 0), 1), 0);
