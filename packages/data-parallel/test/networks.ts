/** Small networks and batches for the tests. */
import { randomizeWeights } from "@repo/testing/random-architecture";
import { modelGraph } from "@secateur/model-graph";
import type { Batch } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";

const conv = (name: string, filters: number): tfl.layers.Layer =>
  tfl.layers.conv2d({ name, filters, kernelSize: 3, padding: "same", useBias: false });

/** A residual block, a batch normalisation layer that is called twice, and a nested model. */
export function residualNetwork(): tfl.LayersModel {
  const image = tfl.input({ shape: [6, 6, 2], name: "image" });
  const twice = tfl.layers.batchNormalization({ name: "twice", momentum: 0.9 });
  const stem = twice.apply(conv("stem", 4).apply(image));
  const relu = tfl.layers.reLU({ name: "relu" }).apply(stem);
  const branch = twice.apply(conv("branch", 4).apply(relu)) as tfl.SymbolicTensor;
  const sum = tfl.layers.add({ name: "sum" }).apply([relu as tfl.SymbolicTensor, branch]);
  const pooled = tfl.layers.globalAveragePooling2d({ name: "pool" }).apply(head().apply(sum));
  const outputs = tfl.layers.dense({ name: "out", units: 3, activation: "softmax" }).apply(pooled);
  const model = tfl.model({ inputs: image, outputs: outputs as tfl.SymbolicTensor });
  randomizeWeights(model, 5);
  return model;
}

function head(): tfl.LayersModel {
  const input = tfl.input({ shape: [6, 6, 4], name: "inner" });
  const normalized = tfl.layers
    .batchNormalization({ name: "inner_bn", momentum: 0.8, scale: false })
    .apply(conv("inner_conv", 5).apply(input));
  const outputs = tfl.layers.activation({ name: "inner_tanh", activation: "tanh" }).apply(normalized);
  return tfl.model({ name: "head", inputs: input, outputs: outputs as tfl.SymbolicTensor });
}

/** No batch normalisation. */
export function plainNetwork(): tfl.LayersModel {
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({ name: "hidden", units: 6, activation: "relu", inputShape: [4] }),
      tfl.layers.dense({ name: "out", units: 3, activation: "softmax" }),
    ],
  });
  randomizeWeights(model, 7);
  return model;
}

/**
 * Examples that differ strongly, so that the statistics of a shard differ from those of the batch.
 *
 * @param seed - At least 1: tfjs treats 0 as no seed.
 */
export const makeBatch = (
  seed: number,
  size: number,
  input: readonly number[] = [6, 6, 2],
): Batch<tf.Tensor, tf.Tensor> =>
  tf.tidy(() => ({
    xs: tf.mul(
      tf.randomNormal([size, ...input], 0.5, 1, "float32", seed),
      tf.reshape(tf.range(1, size + 1), [size, ...input.map(() => 1)]),
    ),
    ys: tf.tensor1d(
      Array.from({ length: size }, (_, i) => (i * 2 + seed) % 3),
      "int32",
    ),
  }));

/** Every weight's values by name, moving averages included. */
export const valuesOf = (model: tfl.LayersModel): Readonly<Record<string, Float32Array>> =>
  Object.fromEntries(
    [...modelGraph(model).weights].map(([name, weight]) => [name, weight.read().dataSync<"float32">()]),
  );

export function copyWeights(from: tfl.LayersModel, to: tfl.LayersModel): void {
  to.setWeights(from.getWeights());
}

/** `model.dispose()` does not dispose nested models. */
export function disposeNetwork(model: tfl.LayersModel): void {
  for (const weight of modelGraph(model).weights.values()) weight.dispose();
}
