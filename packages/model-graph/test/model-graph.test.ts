import { cloneModel, disposeModel, layerConfigs, modelGraph, trainableWeights } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { expect, test } from "vitest";

const conv = (name: string, filters = 4) =>
  tfl.layers.conv2d({ name, filters, kernelSize: 3, padding: "same" });

/** Functional inside functional, called twice, and a Sequential inside functional. */
function nested(): tfl.LayersModel {
  const inner = tfl.input({ shape: [6, 6, 2], name: "inner_input" });
  const backbone = tfl.model({
    name: "backbone",
    inputs: inner,
    outputs: tfl.layers
      .batchNormalization({ name: "bn" })
      .apply(conv("conv").apply(inner)) as tfl.SymbolicTensor,
  });
  const head = tfl.sequential({
    name: "head",
    layers: [
      tfl.layers.flatten({ name: "flat", inputShape: [6, 6, 4] }),
      tfl.layers.dense({ name: "fc", units: 3 }),
    ],
  });
  const [a, b] = ["a", "b"].map((name) => tfl.input({ shape: [6, 6, 2], name })) as [
    tfl.SymbolicTensor,
    tfl.SymbolicTensor,
  ];
  const sum = tfl.layers
    .add({ name: "sum" })
    .apply([backbone.apply(a), backbone.apply(b)] as tfl.SymbolicTensor[]);
  return tfl.model({ inputs: [a, b], outputs: head.apply(sum as tfl.SymbolicTensor) as tfl.SymbolicTensor });
}

test("nested models are inlined at every call, with paths", () => {
  const model = nested();
  const graph = modelGraph(model);
  expect(graph.calls.map(({ path }) => path)).toEqual(
    "a backbone/conv backbone/bn b backbone/conv backbone/bn sum head/flat head/fc".split(" "),
  );
  const sum = graph.calls.find(({ path }) => path === "sum");
  const normalizations = graph.calls.filter(({ path }) => path === "backbone/bn");
  expect(sum?.inputs).toEqual(normalizations.map(({ outputs }) => outputs[0]));
  expect(sum?.inputs[0]).not.toBe(sum?.inputs[1]);
  expect([...graph.weights.keys()]).toContain("backbone/conv/kernel");
  expect(graph.weights.size).toBe(model.weights.length);
  expect(modelGraph(model)).toBe(graph);
  disposeModel(model);
});

test("a model that is the first layer of a Sequential keeps its name in the paths", () => {
  const features = tfl.sequential({
    name: "features",
    layers: [tfl.layers.dense({ name: "fc", units: 3, inputShape: [2] })],
  });
  const model = tfl.sequential({ layers: [features, tfl.layers.dense({ name: "fc", units: 2 })] });
  expect(
    modelGraph(model)
      .calls.map(({ path }) => path)
      .slice(-2),
  ).toEqual(["features/fc", "fc"]);
  expect([...modelGraph(model).weights.keys()]).toEqual([
    "features/fc/kernel",
    "features/fc/bias",
    "fc/kernel",
    "fc/bias",
  ]);
  expect([...layerConfigs(model.getConfig()).keys()].slice(-2)).toEqual(["features/fc", "fc"]);
  disposeModel(model);
});

test("a clone computes the same, shares nothing, and keeps what is frozen", () => {
  const model = nested();
  model.getLayer("backbone").trainable = false;
  const copy = cloneModel(model);
  expect([...trainableWeights(copy).keys()]).toEqual([...trainableWeights(model).keys()]);
  expect([...trainableWeights(copy).keys()]).toEqual(["head/fc/kernel", "head/fc/bias"]);
  tf.tidy(() => {
    const xs = [1, 2].map((seed) => tf.randomNormal([2, 6, 6, 2], 0, 1, "float32", seed));
    const expected = (model.predict(xs) as tf.Tensor).dataSync();
    expect((copy.predict(xs) as tf.Tensor).dataSync()).toEqual(expected);
    for (const weight of copy.weights) weight.write(tf.zerosLike(weight.read()));
    expect((model.predict(xs) as tf.Tensor).dataSync()).toEqual(expected);
  });
  disposeModel(model);
  disposeModel(copy);
});

test("a model that is used inside another and beside it cannot be rebuilt, and says so", () => {
  const wrap = (name: string, layer: tfl.layers.Layer) => {
    const input = tfl.input({ shape: [6, 6, 4], name: `${name}_input` });
    return tfl.model({ name, inputs: input, outputs: layer.apply(input) as tfl.SymbolicTensor });
  };
  const shared = wrap("shared", conv("conv"));
  const outer = wrap("outer", shared);
  const x = tfl.input({ shape: [6, 6, 4], name: "x" });
  const both = [outer.apply(x), shared.apply(x)] as tfl.SymbolicTensor[];
  const outputs = tfl.layers.add({ name: "sum" }).apply(both) as tfl.SymbolicTensor;
  const model = tfl.model({ inputs: x, outputs });
  expect([...modelGraph(model).weights.keys()]).toEqual([
    "outer/shared/conv/kernel",
    "outer/shared/conv/bias",
  ]);
  expect(() => cloneModel(model)).toThrow('"shared/conv/kernel" would become a weight of its own');
  disposeModel(model);
});

test("a copy keeps weights that do not meet their layer's constraint", () => {
  const layer = tfl.layers.dense({
    name: "d",
    units: 3,
    inputShape: [2],
    kernelConstraint: tfl.constraints.nonNeg(),
    kernelInitializer: tfl.initializers.constant({ value: -2 }),
  });
  const model = tfl.sequential({ layers: [layer] });
  const copy = cloneModel(model);
  expect([...(copy.getWeights()[0]?.dataSync() ?? [])]).toEqual(Array(6).fill(-2));
  for (const each of [model, copy]) disposeModel(each);
});

test("a copy keeps regularizers, constraints and frozen flags", () => {
  const build = (): tfl.LayersModel =>
    tfl.sequential({
      layers: [
        tfl.layers.conv2d({
          filters: 2,
          kernelSize: 3,
          inputShape: [4, 4, 1],
          kernelRegularizer: tfl.regularizers.l1l2({ l1: 0.5, l2: 0.25 }),
          biasConstraint: tfl.constraints.nonNeg(),
        }),
        tfl.layers.batchNormalization({ gammaRegularizer: tfl.regularizers.l2({ l2: 0.125 }) }),
        tfl.layers.flatten(),
        tfl.layers.dense({ units: 2, kernelRegularizer: "l1l2" }),
      ],
    });
  const model = build();
  model.trainable = false;
  const copy = cloneModel(model);
  expect([copy.trainable, copy.trainableWeights.length]).toEqual([false, 0]);
  copy.trainable = true;
  expect(copy.trainableWeights.length).toBe(6);
  const penalties = [model, copy].map((each) =>
    tf.tidy(() =>
      each.layers.flatMap((layer) => layer.calculateLosses().map((loss) => Number(loss.dataSync()[0]))),
    ),
  );
  expect(penalties[0]).toHaveLength(3);
  expect(penalties[1]).toEqual(penalties[0]);
  expect(copy.layers.map((layer) => layer.getConfig())).toEqual(
    model.layers.map((layer) => ({ ...layer.getConfig(), trainable: true })),
  );
  for (const each of [model, copy]) disposeModel(each);
});

test("a layer may have the name of a property that every object has", () => {
  const model = tfl.sequential({
    layers: [tfl.layers.dense({ name: "toString", units: 2, inputShape: [3] })],
  });
  const copy = cloneModel(model);
  expect(copy.layers.map(({ name }) => name)).toEqual(["toString"]);
  for (const each of [model, copy]) disposeModel(each);
});

test("a copy has the settings that tfjs leaves out of a configuration", () => {
  const separable = tfl.layers.separableConv2d({ filters: 2, kernelSize: 2, depthMultiplier: 3, name: "s" });
  const x = tfl.input({ shape: [4, 4, 2] });
  const model = tfl.model({ inputs: x, outputs: separable.apply(x) as tfl.SymbolicTensor });
  const copy = cloneModel(model);
  expect(copy.getLayer("s").weights.map(({ shape }) => shape)).toEqual(
    separable.weights.map(({ shape }) => shape),
  );
  for (const each of [model, copy]) disposeModel(each);
});
