/** How the weights of a loaded model were stored. */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { WeightSpec } from "./model-json.ts";
import type { Quantization } from "./quantization.ts";

const stored = new WeakMap<tfl.LayersModel, Quantization>();

/**
 * The type that most parameters had in the files that `loadModel` read; undefined for float32. A pruned copy is another
 * model: ask for the original's.
 *
 * @example await saveModel(smaller, "smaller", { quantize: quantizationOf(original) });
 */
export function quantizationOf(model: tfl.LayersModel): Quantization | undefined {
  return stored.get(model);
}

export function rememberQuantization(model: tfl.LayersModel, specs: readonly WeightSpec[]): void {
  const counts = new Map<Quantization | undefined, number>();
  for (const { shape, quantization } of specs) {
    const dtype = quantization?.dtype;
    counts.set(dtype, (counts.get(dtype) ?? 0) + tf.util.sizeFromShape(shape));
  }
  const [[most] = []] = [...counts].sort(([, a], [, b]) => b - a);
  if (most !== undefined) stored.set(model, most);
}
