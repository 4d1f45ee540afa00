/** Speeds up training by tfjs-layers itself (`model.fit`, `trainOnBatch`): replaces its batch normalisation. */
import { modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type BatchStatistics, moveAverages, normalizeBatch } from "./forward/batch-normalization.ts";

const accelerated = new WeakSet<tfl.layers.Layer>();

/**
 * Batch normalisation layers, those of nested models included, train with the engine's fused kernel. Results are the same up
 * to float32 rounding. Calling it again has no effect.
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
    const statistics: BatchStatistics[] = [];
    return tf.tidy(() => {
      const output = normalizeBatch(layer, input, (batch) => statistics.push(batch));
      moveAverages(statistics);
      return output;
    });
  };
}
