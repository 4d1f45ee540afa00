/**
 * Layers without a gradient in tfjs: dilated convolutions and a pixel shuffle, by differences of the loss, and
 * ThresholdedReLU, by ReLU.
 */
import { randomizeWeights } from "@repo/testing/random-architecture";
import { disposeModel, modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { expect, it } from "vitest";
import { lossAndGradients, meanSquaredError } from "../src/index.ts";

const { layers } = tfl;
const dilated = { kernelSize: 3, dilationRate: 2, activation: "tanh" } as const;
const [image, row, cube] = [
  [7, 7, 2],
  [9, 2],
  [5, 5, 5, 1],
];

/** A layer of a user's own: four channels become four pixels. */
class PixelShuffle extends layers.Layer {
  static className = "PixelShuffle";

  override computeOutputShape([batch = null, height, width, channels]: tfl.Shape): tfl.Shape {
    return [batch, Number(height) * 2, Number(width) * 2, Number(channels) / 4];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.depthToSpace([inputs].flat()[0] as tf.Tensor4D, 2);
  }
}

const cases: Readonly<Record<string, () => readonly tfl.layers.Layer[]>> = {
  Conv2D: () => [layers.conv2d({ filters: 2, padding: "same", inputShape: image, ...dilated })],
  "Conv2D without activation, other rates": () => [
    layers.conv2d({ filters: 2, kernelSize: [3, 2], dilationRate: [2, 3], inputShape: image }),
    layers.activation({ activation: "sigmoid" }),
  ],
  Conv1D: () => [layers.conv1d({ filters: 2, padding: "same", inputShape: row, ...dilated })],
  DepthwiseConv2D: () => [layers.depthwiseConv2d({ depthMultiplier: 2, inputShape: image, ...dilated })],
  SeparableConv2D: () => [
    layers.separableConv2d({ filters: 2, inputShape: image, ...dilated, dilationRate: [2, 2] }),
  ],
  depthToSpace: () => [
    layers.conv2d({ filters: 12, kernelSize: [3, 2], activation: "tanh", inputShape: image }),
    new PixelShuffle({}),
    layers.conv2d({ filters: 2, kernelSize: 3, activation: "tanh" }),
  ],
  Conv3D: () => [layers.conv3d({ filters: 2, inputShape: cube, ...dilated })],
};

it.each(Object.entries(cases))("%s", (name, make) => {
  const model = tfl.sequential({ layers: [...make(), layers.flatten(), layers.dense({ units: 2 })] });
  randomizeWeights(model, 6);
  const [, ...shape] = model.inputs[0]?.shape ?? [];
  const batch = {
    xs: tf.randomNormal([3, ...shape.map(Number)], 0, 1, "float32", 3),
    ys: tf.zeros([3, 2]),
  };
  const options = { loss: meanSquaredError() };
  const lossAt = (): number => {
    const step = lossAndGradients(model, batch, { ...options, weights: [] });
    const [value = Number.NaN] = step.loss.dataSync<"float32">();
    tf.dispose({ ...step });
    return value;
  };
  try {
    const step = lossAndGradients(model, batch, options);
    const largest = Math.max(
      ...Object.values(step.gradients).flatMap((g) => [...g.dataSync()].map(Math.abs)),
    );
    for (const [path, gradient] of Object.entries(step.gradients)) {
      const weight = modelGraph(model).weights.get(path);
      const [values, slopes] = [weight?.read().dataSync<"float32">().slice() ?? [], gradient.dataSync()];
      for (const index of [0, Math.floor(values.length / 2), values.length - 1]) {
        const at = (by: number): number => {
          const moved = tf.tensor(
            [...values].with(index, Number(values[index]) + by),
            weight?.shape as number[],
          );
          weight?.write(moved);
          moved.dispose();
          return lossAt();
        };
        const slope = (at(5e-3) - at(-5e-3)) / 1e-2;
        at(0);
        expect(Math.abs(slope - Number(slopes[index])), `${path} ${index}`).toBeLessThan(4e-3 * largest);
      }
    }
    tf.dispose({ ...step });
  } catch (error) {
    // The wasm engine has no kernels for the gradient of Conv3D; TensorFlow on a CPU cannot even run it dilated.
    if (name !== "Conv3D") throw error;
    const wasm =
      /engine "wasm" lacks the kernel Conv3D\w+ for the gradient of Conv3D: use an engine that has it/;
    expect(String(error)).toMatch(tf.getBackend() === "wasm" ? wasm : /Dilation depth must be 1/);
  } finally {
    tf.dispose(batch);
    disposeModel(model);
  }
});

it("ThresholdedReLU above 0 is ReLU", () => {
  const gradientsOf = (activation: tfl.layers.Layer): unknown => {
    const model = tfl.sequential({
      layers: [layers.conv2d({ filters: 3, kernelSize: 2, inputShape: image }), activation, layers.flatten()],
    });
    randomizeWeights(model, 6);
    const batch = { xs: tf.randomNormal([3, 7, 7, 2], 0, 1, "float32", 3), ys: tf.zeros([3, 108]) };
    const step = lossAndGradients(model, batch, { loss: meanSquaredError() });
    const values = Object.values(step.gradients).map((gradient) => [...gradient.dataSync()]);
    tf.dispose([batch, { ...step }]);
    disposeModel(model);
    return values;
  };
  expect(gradientsOf(layers.thresholdedReLU({ theta: 0 }))).toEqual(gradientsOf(layers.reLU({})));
});

it("depthToSpace of channels-first data is refused", ({ skip }) => {
  skip(tf.getBackend() !== "wasm", "other engines may lack the forward pass");
  class ChannelsFirst extends PixelShuffle {
    override computeOutputShape(): tfl.Shape {
      return [null, 1, 14, 8];
    }

    override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
      return tf.depthToSpace([inputs].flat()[0] as tf.Tensor4D, 2, "NCHW");
    }
  }
  const first = layers.conv2d({ filters: 4, kernelSize: [4, 1], inputShape: image }); // [4, 7, 4]
  const model = tfl.sequential({ layers: [first, new ChannelsFirst({})] });
  const batch = { xs: tf.ones([1, 7, 7, 2]), ys: tf.zeros([1, 1, 14, 8]) };
  expect(() => lossAndGradients(model, batch, { loss: meanSquaredError() })).toThrow(
    'depthToSpace has a gradient for channels-last data only, not for NCHW: use "NHWC"',
  );
  tf.dispose(batch);
  disposeModel(model);
});
