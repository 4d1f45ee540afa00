/** Counts done by hand, and correlations against published values. */
import { disposeModel } from "@repo/testing/random-architecture";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import {
  byteSize,
  countMacs,
  countParameters,
  kendall,
  MetricsError,
  measureLatency,
  pearson,
  spearman,
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
        { name: "conv", className: "Conv2D", macs: 1728 },
        { name: "dw", className: "DepthwiseConv2D", macs: 288 },
        { name: "fc", className: "Dense", macs: 320 },
      ],
    });
    disposeModel(model);
  });

  it("a shared layer counts once a use", () => {
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

  it("open sizes are refused by name", () => {
    const x = tfl.input({ shape: [null, null, 3] });
    const y = tfl.layers.conv2d({ name: "c", filters: 2, kernelSize: 1 }).apply(x) as tfl.SymbolicTensor;
    const model = tfl.model({ inputs: x, outputs: y });
    expect(() => countMacs(model)).toThrow(MetricsError);
    expect(() => countMacs(model)).toThrow('layer "c" has open sizes [, , 2]');
    disposeModel(model);
  });
});

describe("correlations", () => {
  // IQ and hours of television of ten people, the textbook example of Spearman's rho: -29/165.
  const iq = [86, 97, 99, 100, 101, 103, 106, 110, 112, 113];
  const hours = [2, 20, 28, 27, 50, 29, 7, 17, 6, 12];

  it("Spearman", () => expect(spearman(iq, hours)).toBeCloseTo(-29 / 165, 12));
  it("Pearson of a line is 1, of a falling one -1", () => {
    expect(pearson([1, 2, 3], [2, 4, 6])).toBeCloseTo(1, 12);
    expect(pearson([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 12);
  });
  // scipy.stats.kendalltau([12, 2, 1, 12, 2], [1, 4, 7, 1, 0]) is -0.47140452079103173.
  it("Kendall, with ties", () =>
    expect(kendall([12, 2, 1, 12, 2], [1, 4, 7, 1, 0])).toBeCloseTo(-0.47140452079103173, 12));
  it("a constant list has none", () => expect(pearson([1, 1, 1], [1, 2, 3])).toBeNaN());
  it("unequal lengths are refused", () => expect(() => spearman([1, 2], [1])).toThrow("not 2 and 1"));
});

it("latency is a positive time", async () => {
  const model = network();
  const { medianMs, perImageMs, batch } = await measureLatency(model, { batch: 4, repeats: 3 });
  expect(medianMs).toBeGreaterThan(0);
  expect(perImageMs).toBe(medianMs / batch);
  disposeModel(model);
});
