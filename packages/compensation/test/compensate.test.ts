/** Every method on random architectures, the report, and what is refused. */
import { architecture, buildArchitecture, randomizeWeights } from "@repo/testing";
import { checkProperty } from "@repo/testing/check-property";
import { dice, randomUnits } from "@repo/testing/random-plan";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { disposeModel, modelGraph, variableOf } from "@secateur/model-graph";
import { applyPlan, createPlan } from "@secateur/surgery";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CompensationError,
  type CompensationMethod,
  type CompensationReport,
  compensate,
  outputError,
  sampleLimit,
} from "../src/index.ts";
import { positionsPerExample } from "../src/rows-per-layer.ts";

const methods: readonly CompensationMethod[] = [
  "least-squares",
  "output-scale",
  "mean-into-bias",
  "batch-norm",
  "block-reconstruction",
];

describe("compensation of random architectures", () => {
  it("never increases the error of a layer or of the outputs, and changes neither model", async () => {
    let improved = 0;
    const law = fc.asyncProperty(
      architecture,
      dice,
      fc.constantFrom(...methods),
      async (spec, numbers, method) => {
        const model = buildArchitecture(spec);
        const graph = buildDependencyGraph(model);
        const plan = createPlan(graph, randomUnits(graph, numbers, 0.4));
        const smaller = applyPlan(model, plan, { graph });
        const before = fingerprints([model, smaller]);
        const xs = tf.randomNormal(
          [12, ...((model.inputs[0]?.shape ?? []).slice(1) as number[])],
          0,
          1,
          "float32",
          3,
        );
        const { model: refitted, report } = await compensate(model, smaller, plan, [{ xs }], {
          methods: [method],
          graph,
        });
        expect(fingerprints([model, smaller])).toEqual(before);
        expect(report.after).toBeLessThanOrEqual(report.before);
        for (const layer of report.methods.flatMap(({ layers }) => layers))
          expect(layer.after).toBeLessThanOrEqual(layer.before);
        if (report.after < 0.9 * report.before) improved++;
        for (const each of [model, smaller, refitted]) disposeModel(each);
      },
    );
    await checkProperty("compensation", law, 60);
    expect(improved).toBeGreaterThan(15);
  });
});

/** A sum over all weights, which any change would alter. */
const fingerprints = (models: readonly tfl.LayersModel[]): readonly number[] =>
  models.flatMap((model) =>
    model.weights.map((weight) => tf.tidy(() => Number(tf.sum(weight.read()).dataSync()[0]))),
  );

function small(): tfl.LayersModel {
  return tfl.sequential({
    layers: [
      tfl.layers.dense({ name: "fc", units: 6, activation: "relu", inputShape: [4] }),
      tfl.layers.dense({ name: "out", units: 2, activation: "softmax" }),
    ],
  });
}

const points = (): tf.Tensor => tf.randomNormal([32, 4], 0, 1, "float32", 1);

async function compensated(
  options: object,
  xs: tf.Tensor = points(),
  change = (_: tfl.LayersModel): void => undefined,
): Promise<unknown> {
  const model = small();
  change(model);
  const graph = buildDependencyGraph(model);
  const plan = createPlan(graph, [["fc", [0, 1, 2]]]);
  const smaller = applyPlan(model, plan, { graph });
  try {
    const { model: refitted, report } = await compensate(model, smaller, plan, [{ xs }], options);
    disposeModel(refitted);
    return report;
  } finally {
    disposeModel(model);
    disposeModel(smaller);
  }
}

describe("compensate", () => {
  it("reports layers, errors and time, and reports progress", async () => {
    const seen: string[] = [];
    const report = await compensated({
      onLayer: ({ layer }: { layer: string }, done: number, total: number) =>
        seen.push(`${layer} ${done}/${total}`),
    });
    expect(report).toMatchObject({
      samples: 32,
      isReverted: false,
      methods: [{ method: "least-squares", layers: [{ layer: "out" }], skipped: [] }],
    });
    expect(seen).toEqual(["out 1/1"]);
  });

  it("counts the layers that a method refits, not those that it cannot", async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.dense({ name: "fc", units: 6, activation: "relu", inputShape: [4] }),
        tfl.layers.dense({ name: "hidden", units: 5, activation: "relu" }),
        tfl.layers.dense({ name: "out", units: 2, useBias: false }),
      ],
    });
    const plan = createPlan(buildDependencyGraph(model), [["fc", [0, 1, 2]]]);
    const smaller = applyPlan(model, plan);
    const seen: string[] = [];
    const { model: refitted, report } = await compensate(model, smaller, plan, [{ xs: points() }], {
      methods: ["mean-into-bias"],
      onLayer: ({ layer }, done, total) => seen.push(`${layer} ${done}/${total}`),
    });
    expect(seen).toEqual(["hidden 1/1"]);
    expect(report.methods[0]?.skipped).toEqual([{ layer: "out", reason: "it has no bias" }]);
    for (const each of [model, smaller, refitted]) disposeModel(each);
  });

  it("reports errors relative to the outputs' squares where a single example has no variance", async () => {
    const report = await compensated({}, tf.tensor2d([[1, 2, 3, 4]]));
    expect((report as CompensationReport).before).toBeLessThan(100);
  });

  it("uses as many samples as asked for", async () => {
    expect(await compensated({ samples: 10 })).toMatchObject({ samples: 10 });
  });

  it("does not fit the noise of few examples: a classifier with more inputs than examples", async () => {
    const wide = tfl.sequential({
      layers: [
        tfl.layers.dense({ name: "fc", units: 60, activation: "relu", inputShape: [20] }),
        tfl.layers.dense({ name: "out", units: 10 }),
      ],
    });
    randomizeWeights(wide, 5);
    const graph = buildDependencyGraph(wide);
    const plan = createPlan(graph, [["fc", [0, 1, 2, 3, 4, 5, 6, 7]]]);
    const smaller = applyPlan(wide, plan, { graph });
    const draw = (seed: number): tf.Tensor => tf.randomNormal([40, 20], 0, 1, "float32", seed);
    const errorOn = async (model: tfl.LayersModel): Promise<number> => {
      const xs = draw(2);
      const error = await outputError(wide, model, [[xs]]);
      xs.dispose();
      return error;
    };
    const { model: careful } = await compensate(wide, smaller, plan, [{ xs: draw(1) }]);
    const { model: careless } = await compensate(wide, smaller, plan, [{ xs: draw(1) }], { ridge: 1e-5 });
    expect(await errorOn(careful)).toBeLessThan(await errorOn(smaller));
    expect(await errorOn(careful)).toBeLessThan(await errorOn(careless));
    for (const each of [wide, smaller, careful, careless]) disposeModel(each);
  });

  it("raises the ridge where the system is singular", async () => {
    const silenceHidden = (model: tfl.LayersModel): void => {
      const kernel = modelGraph(model).weights.get("fc/kernel");
      if (kernel !== undefined) tf.tidy(() => variableOf(kernel).assign(tf.zeros([4, 6])));
    };
    const report = await compensated({ ridge: 0 }, points(), silenceHidden);
    const { methods } = report as { methods: { layers: { ridge: number }[] }[] };
    expect(methods[0]?.layers[0]?.ridge).toBeGreaterThan(0);
  });

  it.each([
    [{ methods: ["magic"] }, 'methods has "magic": expected "least-squares"'],
    [{ ridge: -1 }, "ridge must be a number of at least 0, not -1"],
    [{ ridge: Number.NaN }, "ridge must be a number of at least 0, not NaN"],
    [{ positions: 0 }, "positions must be a whole number of at least 1, not 0"],
    [{ samples: 0.5 }, "samples must be a whole number of at least 1, not 0.5"],
  ])("refuses %j", async (options, message) => {
    const xs = points();
    await expect(compensated(options, xs)).rejects.toThrow(message);
    xs.dispose(); // options are checked before samples are taken
  });

  it("refuses samples of another shape and no samples", async () => {
    await expect(compensated({}, tf.ones([3, 5]))).rejects.toThrow('the batch (xs) is [3,5], but model "');
    const model = small();
    const plan = createPlan(buildDependencyGraph(model), []);
    await expect(compensate(model, model, plan, [])).rejects.toThrow("samples is empty");
    disposeModel(model);
  });

  it("refuses samples and weights that are not finite", async () => {
    await expect(compensated({}, tf.fill([32, 4], Number.NaN))).rejects.toThrow(
      "samples (xs) contain values",
    );
    const spoil = (model: tfl.LayersModel): void => {
      const bias = modelGraph(model).weights.get("out/bias");
      if (bias !== undefined) tf.tidy(() => variableOf(bias).assign(tf.tensor1d([Number.NaN, 0])));
    };
    await expect(compensated({}, points(), spoil)).rejects.toThrow(CompensationError);
  });
});

it("disposes the samples where a layer of the original fails", async () => {
  const model = small();
  const graph = buildDependencyGraph(model);
  const plan = createPlan(graph, [["fc", [0]]]);
  const smaller = applyPlan(model, plan, { graph });
  const { numTensors } = tf.memory();
  Object.assign(model.getLayer("fc"), {
    call: () => {
      throw new Error("no such kernel");
    },
  });
  const samples = () => [1, 2].map(() => ({ xs: tf.ones([3, 4]) }));
  const refit = compensate(model, smaller, plan, samples(), { graph });
  await expect(refit).rejects.toThrow("no such kernel");
  expect(tf.memory().numTensors).toBe(numTensors);
  for (const each of [model, smaller]) disposeModel(each);
});

describe("memory", () => {
  it("of activations is counted by the sizes of the images where the network's are open", () => {
    const convolution = (size: number | null): tfl.LayersModel =>
      tfl.sequential({
        layers: [
          tfl.layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [size, size, 3] as number[] }),
          tfl.layers.globalAveragePooling2d({}),
        ],
      });
    const [open, fixed] = [convolution(null), convolution(448)];
    expect(sampleLimit(open, [448, 448, 3])).toBe(sampleLimit(fixed));
    expect(sampleLimit(open)).toBeGreaterThan(3 * sampleLimit(fixed));
    for (const each of [open, fixed]) disposeModel(each);
  });

  it("of a layer's features is bounded, however wide it is", () => {
    const minibatches = [[tf.zeros([1000, 1])]];
    expect(positionsPerExample(100, minibatches)).toBe(17);
    const coefficients = 4608;
    const bytes = 4 * coefficients * 1000 * positionsPerExample(coefficients, minibatches);
    expect(bytes).toBeLessThanOrEqual(2 ** 29);
    tf.dispose(minibatches);
  });
});
