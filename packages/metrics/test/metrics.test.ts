/** Counts compared with ones by hand, correlations with published values. */

import { disposeModel } from "@secateur/model-graph";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import {
  byteSize,
  countMacs,
  countParameters,
  kendall,
  MetricsError,
  measureLatencies,
  measureLatency,
  needsInputShape,
  pearson,
  spearman,
  uncountedLayers,
} from "../src/index.ts";

const network = (): tfl.LayersModel =>
  tfl.sequential({
    layers: [
      tfl.layers.conv2d({
        name: "conv",
        filters: 4,
        kernelSize: 3,
        strides: 2,
        padding: "same",
        inputShape: [8, 8, 3],
      }),
      tfl.layers.batchNormalization({ name: "bn" }),
      tfl.layers.depthwiseConv2d({ name: "dw", kernelSize: 3, depthMultiplier: 2 }),
      tfl.layers.flatten(),
      tfl.layers.dense({ name: "fc", units: 10 }),
    ],
  });

describe("counts by hand", () => {
  it("MACs", () => {
    const model = network();
    expect(countMacs(model)).toEqual({
      total: 3 * 3 * 3 * 4 * 16 + 3 * 3 * 8 * 4 + 32 * 10,
      layers: [
        { path: "conv", className: "Conv2D", macs: 1728 },
        { path: "dw", className: "DepthwiseConv2D", macs: 288 },
        { path: "fc", className: "Dense", macs: 320 },
      ],
      uncounted: [],
    });
    disposeModel(model);
  });

  it("a LeNet with 5×5 convolutions on 32×32×3", () => {
    const conv = (filters: number) => tfl.layers.conv2d({ filters, kernelSize: 5, activation: "relu" });
    const model = tfl.sequential({
      layers: [
        tfl.layers.conv2d({ filters: 6, kernelSize: 5, activation: "relu", inputShape: [32, 32, 3] }), // 28×28
        tfl.layers.maxPooling2d({ poolSize: 2 }), // 14×14
        conv(16), // 10×10
        tfl.layers.maxPooling2d({ poolSize: 2 }), // 5×5
        tfl.layers.flatten(),
        tfl.layers.dense({ units: 120 }),
        tfl.layers.dense({ units: 84 }),
        tfl.layers.dense({ units: 10 }),
      ],
    });
    const { total, layers } = countMacs(model);
    expect(layers.map(({ macs }) => macs)).toEqual([352_800, 240_000, 48_000, 10_080, 840]);
    expect(total).toBe(651_720);
    disposeModel(model);
  });

  it("other convolutions, and dense layers over a sequence", () => {
    const x = tfl.input({ shape: [6, 6, 2] });
    const separable = tfl.layers.separableConv2d({ filters: 5, kernelSize: 3, depthMultiplier: 2 }).apply(x); // 4×4
    const up = tfl.layers.conv2dTranspose({ filters: 3, kernelSize: 2, strides: 2 }).apply(separable); // 8×8
    const sequence = tfl.layers.reshape({ targetShape: [64, 3] }).apply(up);
    const conv1d = tfl.layers.conv1d({ filters: 4, kernelSize: 5 }).apply(sequence); // 60
    const y = tfl.layers.dense({ units: 7 }).apply(conv1d) as tfl.SymbolicTensor;
    const model = tfl.model({ inputs: x, outputs: y });
    expect(countMacs(model).layers.map(({ macs }) => macs)).toEqual([
      4 * 4 * (3 * 3 * 2 * 2 + 4 * 5),
      4 * 4 * 5 * (2 * 2 * 3),
      60 * 5 * 3 * 4,
      60 * 4 * 7,
    ]);
    disposeModel(model);
  });

  it("nested models, once per call in this model", () => {
    const inner = tfl.sequential({
      layers: [tfl.layers.conv2d({ name: "c", filters: 2, kernelSize: 1, inputShape: [4, 4, 2] })],
    });
    const x = tfl.input({ shape: [4, 4, 2] });
    const y = inner.apply(inner.apply(x)) as tfl.SymbolicTensor;
    inner.apply(y);
    const model = tfl.model({ inputs: x, outputs: y });
    expect(countMacs(model).layers).toEqual(
      Array(2).fill({ path: `${inner.name}/c`, className: "Conv2D", macs: 64 }),
    );
    disposeModel(model);
  });

  it("layers without a rule are named", () => {
    class Memory extends tfl.layers.Layer {
      static readonly className = "Memory";
      override build(): void {
        this.addWeight("kernel", [2], "float32", tfl.initializers.ones());
      }
    }
    const memory = new Memory({ name: "memory", inputShape: [3, 4] });
    const model = tfl.sequential({ layers: [memory, tfl.layers.layerNormalization()] });
    expect(countMacs(model)).toEqual({ total: 0, layers: [], uncounted: ["memory"] });
    disposeModel(model);
  });

  it("a shared layer counts once per call", () => {
    const x = tfl.input({ shape: [4, 4, 2] });
    const shared = tfl.layers.conv2d({ filters: 2, kernelSize: 1 });
    const y = shared.apply(shared.apply(x)) as tfl.SymbolicTensor;
    const model = tfl.model({ inputs: x, outputs: y });
    expect(countMacs(model).total).toBe(2 * 2 * 2 * 16);
    disposeModel(model);
  });

  it("parameters and bytes", () => {
    const model = network();
    const trainable = 3 * 3 * 3 * 4 + 4 + 8 + (3 * 3 * 8 + 8) + (32 * 10 + 10);
    expect(countParameters(model)).toEqual({ total: trainable + 8, trainable, nonTrainable: 8 });
    expect(byteSize(model)).toBe(4 * (trainable + 8));
    disposeModel(model);
  });

  it("open sizes take the sizes of the inputs: several inputs, a nested model, a layer that is called twice", () => {
    const build = (size: number | null): tfl.LayersModel => {
      const inner = tfl.input({ shape: [null, null, 3] });
      const conv = tfl.layers.conv2d({ name: "c", filters: 3, kernelSize: 3, strides: 2 });
      const nested = tfl.model({
        name: "n",
        inputs: inner,
        outputs: conv.apply(inner) as tfl.SymbolicTensor,
      });
      const [a, b] = [tfl.input({ shape: [size, size, 3] }), tfl.input({ shape: [4] })];
      const once = nested.apply(a) as tfl.SymbolicTensor;
      const pooled = tfl.layers.globalAveragePooling2d({}).apply(nested.apply(once)) as tfl.SymbolicTensor;
      const joined = tfl.layers.concatenate().apply([pooled, b]);
      return tfl.model({
        inputs: [a, b],
        outputs: tfl.layers.dense({ units: 5 }).apply(joined) as tfl.SymbolicTensor,
      });
    };
    const [open, fixed] = [build(null), build(15)];
    const inputShape = [[15, 15, 3], [4]];
    const total = 7 * 7 * 27 * 3 + 3 * 3 * 27 * 3 + 7 * 5;
    expect(countMacs(open, { inputShape }).total).toBe(total);
    expect(countMacs(fixed).total).toBe(total);
    expect([needsInputShape(open), needsInputShape(fixed)]).toEqual([true, false]);
    expect(() => countMacs(fixed, { inputShape: [[14, 15, 3], [4]] })).toThrow(
      /inputShape is \[\[14,15,3\],\[4\]\], but model .* takes \[15, 15, 3\] and \[4\]/,
    );
    for (const wrong of [[15, 15, 3], [[15, 15, 3]], "15", [[15, 15, Number.NaN], [4]]])
      expect(() => countMacs(open, { inputShape: wrong as number[] })).toThrow("inputShape is");
    for (const each of [open, fixed]) disposeModel(each);
  });

  it("the share of layers without a rule, by parameters of layers that multiply", () => {
    const model = network();
    expect(uncountedLayers(model)).toEqual({ layers: [], share: 0 });
    disposeModel(model);
  });

  it("open sizes are refused, and the layer is named", () => {
    const x = tfl.input({ shape: [null, null, 3] });
    const y = tfl.layers.conv2d({ name: "c", filters: 2, kernelSize: 1 }).apply(x) as tfl.SymbolicTensor;
    const model = tfl.model({ inputs: x, outputs: y });
    expect(() => countMacs(model)).toThrow(MetricsError);
    expect(() => countMacs(model)).toThrow('layer "c" has open sizes [?, ?, 3]');
    expect(needsInputShape(model)).toBe(true);
    disposeModel(model);
  });
});

describe("correlations", () => {
  // IQ and hours of television of ten people, the textbook example of Spearman's rho: -29/165.
  const iq = [86, 97, 99, 100, 101, 103, 106, 110, 112, 113];
  const hours = [2, 20, 28, 27, 50, 29, 7, 17, 6, 12];

  it("Spearman", () => expect(spearman(iq, hours)).toBeCloseTo(-29 / 165, 12));
  // By hand: ranks 1.5, 1.5, 3, 4 and 1, 3, 3, 3; centred products add up to 2, squares to 4.5 and 3.
  it("Spearman, with ties", () =>
    expect(spearman([5, 5, 7, 9], [0, 2, 2, 2])).toBeCloseTo(2 / Math.sqrt(4.5 * 3), 12));
  // By hand: 13 pairs agree, 2 do not.
  it("Kendall, without ties", () =>
    expect(kendall([1, 2, 3, 4, 5, 6], [2, 1, 3, 4, 6, 5])).toBeCloseTo(11 / 15, 12));
  it("Pearson of a line is 1, of a falling line -1", () => {
    expect(pearson([1, 2, 3], [2, 4, 6])).toBeCloseTo(1, 12);
    expect(pearson([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 12);
  });
  // scipy.stats.kendalltau([12, 2, 1, 12, 2], [1, 4, 7, 1, 0]) is -0.47140452079103173.
  it("Kendall, with ties", () =>
    expect(kendall([12, 2, 1, 12, 2], [1, 4, 7, 1, 0])).toBeCloseTo(-0.47140452079103173, 12));
  it("Pearson of a constant list is NaN", () => expect(pearson([1, 1, 1], [1, 2, 3])).toBeNaN());
  it("unequal lengths are refused", () => expect(() => spearman([1, 2], [1])).toThrow("got lengths 2 and 1"));
});

it("latency is a positive time", async () => {
  const model = network();
  const { medianMs, perImageMs, batch } = await measureLatency(model, { batch: 4, repeats: 3 });
  expect(medianMs).toBeGreaterThan(0);
  expect(perImageMs).toBe(medianMs / batch);
  disposeModel(model);
});

it("times several models in turns, each with its quartiles", async () => {
  const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 2, inputShape: [3] })] });
  let runs = 0;
  const both = await measureLatencies([model, model], { batch: 1, repeats: 5, onRun: () => runs++ });
  model.dispose();
  expect(runs).toBe(10);
  for (const { medianMs, spreadMs } of both) {
    expect(spreadMs[0]).toBeLessThanOrEqual(medianMs);
    expect(spreadMs[1]).toBeGreaterThanOrEqual(medianMs);
  }
});
