/** Multiply-adds of recurrent layers and wrappers, by hand: steps · gates · units · (inputs + units). */

import { disposeModel } from "@secateur/model-graph";
import * as tfl from "@tensorflow/tfjs-layers";
import { expect, it } from "vitest";
import { countMacs, MetricsError } from "../src/index.ts";

const recurrentInitializer = "glorotNormal" as const;
const cell = (units: number) => ({ units, recurrentInitializer });

/** On a sequence `[7, 5]`, or on `shape`. */
function macsOf(layer: tfl.layers.Layer, shape: readonly number[] = [7, 5]): readonly [number, string[]] {
  const x = tfl.input({ shape: [...shape] });
  const model = tfl.model({ inputs: x, outputs: layer.apply(x) as tfl.SymbolicTensor });
  const { total, uncounted } = countMacs(model);
  disposeModel(model);
  return [total, [...uncounted]];
}

it("SimpleRNN, GRU and LSTM have 1, 3 and 4 gates", () => {
  expect(macsOf(tfl.layers.simpleRNN(cell(3)))).toEqual([7 * 1 * 3 * (5 + 3), []]);
  expect(macsOf(tfl.layers.gru({ ...cell(3), returnSequences: true }))).toEqual([7 * 3 * 3 * (5 + 3), []]);
  expect(macsOf(tfl.layers.lstm({ ...cell(3), useBias: false }))).toEqual([7 * 4 * 3 * (5 + 3), []]);
});

it("stacked cells read each other", () => {
  const cells = [tfl.layers.lstmCell(cell(3)), tfl.layers.gruCell(cell(2))];
  expect(macsOf(tfl.layers.rnn({ cell: cells }))).toEqual([7 * (4 * 3 * (5 + 3) + 3 * 2 * (3 + 2)), []]);
});

it("Bidirectional counts both directions", () => {
  const layer = tfl.layers.gru(cell(3));
  expect(macsOf(tfl.layers.bidirectional({ layer, mergeMode: "sum" }))).toEqual([
    2 * 7 * 3 * 3 * (5 + 3),
    [],
  ]);
});

it("TimeDistributed counts the wrapped layer once per step", () => {
  const timeDistributed = (layer: tfl.layers.Layer): tfl.layers.Layer =>
    tfl.layers.timeDistributed({ layer });
  expect(macsOf(timeDistributed(tfl.layers.dense({ units: 4 })))).toEqual([7 * 5 * 4, []]);
  const convolution = tfl.layers.conv2d({ filters: 4, kernelSize: 3 });
  expect(macsOf(timeDistributed(convolution), [7, 6, 5, 2])).toEqual([7 * 4 * 3 * 9 * 2 * 4, []]);
  expect(macsOf(timeDistributed(tfl.layers.lstm(cell(3))), [7, 6, 5])).toEqual([7 * 6 * 4 * 3 * (5 + 3), []]);
  expect(macsOf(timeDistributed(tfl.layers.batchNormalization()))).toEqual([0, []]);
});

it("ConvLSTM2D convolves inputs and states at every position of the state", () => {
  const layer = tfl.layers.convLstm2d({ filters: 3, kernelSize: 2, recurrentInitializer });
  expect(macsOf(layer, [7, 6, 5, 2])).toEqual([7 * (5 * 4) * (2 * 2) * 4 * 3 * (2 + 3), []]);
});

it("an unknown number of steps is refused, and the layer is named", () => {
  const model = tfl.sequential({
    layers: [tfl.layers.lstm({ ...cell(3), name: "memory", inputShape: [null, 5] })],
  });
  expect(() => countMacs(model)).toThrow(MetricsError);
  expect(() => countMacs(model)).toThrow('layer "memory" has open sizes [?, 5]');
  disposeModel(model);
});
