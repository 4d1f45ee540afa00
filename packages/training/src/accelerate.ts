/** Speeds up tfjs-layers' own training (`model.fit`, `trainOnBatch`) by replacing its slowest part. */
import { modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type BatchStatistics, moveAverages, normalizeBatch } from "./forward/batch-normalization.ts";

const accelerated = new WeakSet<tfl.layers.Layer>();

/**
 * Batch normalisation layers train by the engine's fused kernel instead of some seventy small ones, models inside the model
 * included. Results stay the same within float32's rounding. Calling it again changes nothing.
 *
 * @returns The same model.
 *
 * @example
 * await useBackend("auto");
 * await accelerate(model).fit(xs, ys);
 */
export function accelerate<T extends tfl.LayersModel>(model: T): T {
  for (const layer of modelGraph(model).layers.values())
    if (layer.getClassName() === "BatchNormalization") accelerateLayer(layer);
  return model;
}

function accelerateLayer(layer: tfl.layers.Layer): void {
  if (accelerated.has(layer)) return;
  accelerated.add(layer);
  const stock = layer.call.bind(layer);
  layer.call = (inputs, options) => {
    const [input] = [inputs].flat();
    if (options["training"] !== true || input === undefined) return stock(inputs, options);
    const seen: BatchStatistics[] = [];
    return tf.tidy(() => {
      const output = normalizeBatch(layer, input, (statistics) => seen.push(statistics));
      moveAverages(seen);
      return output;
    });
  };
}
