/** The number of a model's parameters, and their size in bytes. */
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

/** The size of the weights in bytes, as float32. */
export function byteSize(model: tfl.LayersModel): number {
  return 4 * sizeOf(model.weights);
}

const sizeOf = (weights: readonly tfl.LayerVariable[]): number =>
  weights.reduce((sum, { shape }) => sum + shape.reduce<number>((a, b) => a * (b ?? 0), 1), 0);
