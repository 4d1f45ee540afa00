/** Weights of wrapped layers and cells by path, and copies of their layers. */
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { expect, it } from "vitest";
import { cloneModel, disposeModel, layerWeight, modelGraph } from "../src/index.ts";

const vector = (units: number) => ({ units, recurrentInitializer: "glorotNormal", useBias: false }) as const;

function modelOf(layer: tfl.layers.Layer, shape: readonly number[]): tfl.LayersModel {
  const x = tfl.input({ shape: [...shape] });
  return tfl.model({ inputs: x, outputs: layer.apply(x) as tfl.SymbolicTensor });
}

it("weights of directions, cells and wrapped models begin with the part", () => {
  const both = tfl.layers.bidirectional({
    name: "both",
    layer: tfl.layers.gru(vector(2)),
    mergeMode: "concat",
  });
  const stacked = tfl.layers.rnn({
    name: "stacked",
    cell: [tfl.layers.gruCell(vector(2)), tfl.layers.simpleRNNCell(vector(3))],
  });
  const inner = tfl.sequential({
    layers: [
      tfl.layers.dense({ name: "a", units: 2, inputShape: [4] }),
      tfl.layers.dense({ name: "b", units: 3 }),
    ],
  });
  const each = tfl.layers.timeDistributed({ name: "each", layer: inner });
  const pathsOf = (layer: tfl.layers.Layer): readonly string[] => {
    const model = modelOf(layer, [3, 4]);
    const { weights } = modelGraph(model);
    for (const [path, weight] of weights)
      expect(layerWeight(layer, path.slice(layer.name.length + 1))).toBe(weight);
    disposeModel(model);
    return [...weights.keys()];
  };
  expect(pathsOf(both)).toEqual([
    "both/forward.kernel",
    "both/forward.recurrent_kernel",
    "both/backward.kernel",
    "both/backward.recurrent_kernel",
  ]);
  expect(pathsOf(stacked)).toEqual([
    "stacked/cell0.kernel",
    "stacked/cell0.recurrent_kernel",
    "stacked/cell1.kernel",
    "stacked/cell1.recurrent_kernel",
  ]);
  expect(pathsOf(each)).toEqual(["each/a.kernel", "each/a.bias", "each/b.kernel", "each/b.bias"]);
});

it("a copy keeps the settings of a wrapped layer that tfjs does not save", () => {
  const layer = tfl.layers.separableConv2d({ filters: 3, kernelSize: 1, depthMultiplier: 2 });
  const model = modelOf(tfl.layers.timeDistributed({ layer }), [2, 3, 3, 2]);
  const copy = cloneModel(model);
  tf.tidy(() => {
    const x = tf.randomNormal([1, 2, 3, 3, 2], 0, 1, "float32", 1);
    const [expected, actual] = [model, copy].map((each) => (each.predict(x) as tf.Tensor).dataSync());
    expect(actual).toEqual(expected);
  });
  for (const each of [model, copy]) disposeModel(each);
});
