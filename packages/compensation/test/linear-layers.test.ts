/** Features times columns is what tfjs-layers computes, for every class and many settings. */

import { randomizeWeights } from "@repo/testing";
import { createRandom } from "@secateur/base";
import { layerWeight, modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import { affineMap, applyColumns } from "../src/affine-map.ts";
import { linearLayers } from "../src/linear-layers/index.ts";
import { valuesAt } from "../src/linear-layers/patches.ts";
import { drawPositions } from "../src/linear-layers/positions.ts";

const same = { padding: "same" } as const;
type Case = readonly [name: string, layer: tfl.layers.Layer, inputShape: number[]];
const cases: readonly Case[] = [
  ["dense", tfl.layers.dense({ units: 3 }), [4]],
  ["dense on a sequence", tfl.layers.dense({ units: 3, useBias: false }), [5, 4]],
  ["conv1d", tfl.layers.conv1d({ filters: 3, kernelSize: 3, strides: 2, ...same }), [7, 2]],
  ["conv1d dilated", tfl.layers.conv1d({ filters: 3, kernelSize: 3, dilationRate: 2 }), [7, 2]],
  ["conv2d valid", tfl.layers.conv2d({ filters: 3, kernelSize: [3, 2] }), [6, 5, 2]],
  ["conv2d strided", tfl.layers.conv2d({ filters: 3, kernelSize: 3, strides: 2, ...same }), [6, 7, 2]],
  ["conv2d large stride", tfl.layers.conv2d({ filters: 3, kernelSize: 2, strides: 3, ...same }), [7, 7, 2]],
  ["conv2d dilated", tfl.layers.conv2d({ filters: 3, kernelSize: 3, dilationRate: 2, ...same }), [6, 6, 2]],
  ["conv2d dilated, valid", tfl.layers.conv2d({ filters: 2, kernelSize: 2, dilationRate: 3 }), [6, 6, 2]],
  ["depthwise", tfl.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, ...same }), [5, 6, 3]],
  ["depthwise strided", tfl.layers.depthwiseConv2d({ kernelSize: 3, strides: 2 }), [7, 7, 3]],
  [
    "separable",
    tfl.layers.separableConv2d({ filters: 4, kernelSize: 3, depthMultiplier: 2, ...same }),
    [5, 5, 2],
  ],
  ["transposed", tfl.layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, ...same }), [4, 3, 2]],
  ["transposed valid", tfl.layers.conv2dTranspose({ filters: 3, kernelSize: [2, 3], strides: 2 }), [3, 4, 2]],
  [
    "transposed, small kernel",
    tfl.layers.conv2dTranspose({ filters: 3, kernelSize: 1, strides: 2 }),
    [3, 4, 2],
  ],
  ["batch normalisation", tfl.layers.batchNormalization(), [4, 4, 3]],
];

describe("a linear layer", () => {
  it.each(cases)(
    "%s: features · columns + shift is the layer's output at every sampled position",
    (_, layer, inputShape) => {
      const model = tfl.sequential({ layers: [tfl.layers.inputLayer({ inputShape }), layer] });
      randomizeWeights(model, 3);
      const [call] = modelGraph(model).calls.filter(({ inputs }) => inputs.length > 0);
      const linear = linearLayers[layer.getClassName()];
      if (call === undefined || linear === undefined) throw new Error("a layer of the table expected");
      tf.tidy(() => {
        const x = tf.randomNormal([2, ...inputShape], 0, 1, "float32", 5);
        const y = model.predict(x) as tf.Tensor;
        const places = linear.outputSizes(layer, x.shape).reduce((a, b) => a * b, 1);
        expect(places).toBe(y.size / 2 / Number(y.shape.at(-1)));
        const positions = drawPositions(2, places, 7, createRandom(1));
        const { columns, shift } = affineMap(linear, call, undefined);
        const computed = tf.add(applyColumns(linear.features(layer, x, positions), columns), shift);
        expect(computed).toBeAllClose(valuesAt(y, positions), { rtol: 1e-5, atol: 1e-5 });
        const weight = layerWeight(layer, linear.weight)?.read() as tf.Tensor;
        expect(linear.fromColumns(linear.toColumns(weight), weight.shape)).toBeAllClose(weight);
      });
      model.dispose();
    },
  );

  it("samples different places of an example", () => {
    const { examples, places } = drawPositions(3, 20, 8, createRandom(2));
    for (const example of [0, 1, 2]) {
      const own = places.filter((_, row) => examples[row] === example);
      expect(new Set(own).size).toBe(8);
      expect(Math.max(...own)).toBeLessThan(20);
    }
  });
});
