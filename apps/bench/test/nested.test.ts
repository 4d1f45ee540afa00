/** Models inside models: scored, half of their units selected, proved, removed, trained, and loaded by stock tfjs. */
import { saveAndRunElsewhere } from "@repo/testing/load-elsewhere";
import { randomizeWeights } from "@repo/testing/random-architecture";
import { saveAndLoad } from "@repo/testing/save-and-load";
import { criteria, score } from "@secateur/criteria";
import { buildDependencyGraph, describeGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import { selectUnits } from "@secateur/pruner";
import { applyPlan, parsePlan, verifyPlan } from "@secateur/surgery";
import {
  type Batch,
  binaryCrossEntropy,
  type LossOption,
  meanSquaredError,
  sgd,
  softmaxCrossEntropy,
  trainStep,
} from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";

type Tensor = tfl.SymbolicTensor;

const apply = (layer: tfl.layers.Layer, ...xs: Tensor[]): Tensor =>
  layer.apply(xs.length === 1 ? (xs[0] as Tensor) : xs) as Tensor;
const image = (name: string, channels = 2): Tensor => tfl.input({ shape: [8, 8, channels], name });
const conv = (name: string, filters: number) =>
  tfl.layers.conv2d({ name, filters, kernelSize: 3, padding: "same", activation: "relu" });
const norm = (name: string) => tfl.layers.batchNormalization({ name });
const average = () => tfl.layers.globalAveragePooling2d({ name: "average" });
const classes = () => tfl.layers.dense({ name: "classes", units: 3, activation: "softmax" });

/** A depthwise separable block with a residual connection, as in MobileNetV2. */
function mobileBackbone(name: string, inputChannels = 2): tfl.LayersModel {
  const x = image(`${name}_input`, inputChannels);
  const stem = apply(norm("stem_bn"), apply(conv("stem", 6), x));
  const wide = apply(conv("expand", 8), stem);
  const depthwise = apply(
    tfl.layers.depthwiseConv2d({ name: "depthwise", kernelSize: 3, padding: "same" }),
    wide,
  );
  const narrow = apply(norm("project_bn"), apply(conv("project", 6), depthwise));
  return tfl.model({
    name,
    inputs: x,
    outputs: apply(tfl.layers.add({ name: "residual" }), stem, narrow),
  });
}

/** A layer, as a functional model around it. */
function around(name: string, inputChannels: number, ...layers: tfl.layers.Layer[]): tfl.LayersModel {
  const x = image(`${name}_input`, inputChannels);
  return tfl.model({ name, inputs: x, outputs: layers.reduce((y, layer) => apply(layer, y), x) });
}

/** A Sequential of two Sequentials, the first of which holds a functional model. */
function teachableMachine(): tfl.LayersModel {
  const features = tfl.sequential({ name: "features", layers: [mobileBackbone("mobilenet"), average()] });
  const hidden = tfl.layers.dense({ name: "hidden", units: 10, activation: "relu", inputShape: [6] });
  return tfl.sequential({
    layers: [features, tfl.sequential({ name: "top", layers: [hidden, classes()] })],
  });
}

/** One backbone on two images, behind a convolution for each. */
function siamese(): tfl.LayersModel {
  const backbone = mobileBackbone("backbone", 5);
  const pool = average();
  const sides = ["left", "right"] as const;
  const inputs = sides.map((side) => image(side));
  const features = sides.map((side, i) =>
    apply(pool, apply(backbone, apply(conv(`${side}_conv`, 5), inputs[i] as Tensor))),
  );
  const joined = apply(tfl.layers.concatenate({ name: "both" }), ...features);
  const same = tfl.layers.dense({ name: "same", units: 1, activation: "sigmoid" });
  return tfl.model({ inputs, outputs: apply(same, joined) });
}

interface Case {
  readonly build: () => tfl.LayersModel;
  /** Default: softmax cross-entropy over three classes. */
  readonly loss?: LossOption;
  readonly targets?: () => tf.Tensor[];
}

const classTargets = () => tf.tensor1d([0, 1, 2, 0], "int32");

const cases: Readonly<Record<string, Case>> = {
  "functional in functional in functional": {
    build: () => {
      const inner = around("inner", 5, conv("inner_conv", 6), norm("inner_bn"));
      const middle = around("middle", 5, conv("before", 5), inner, conv("after", 4));
      const x = image("image");
      const features = apply(conv("last", 6), apply(middle, apply(conv("first", 5), x)));
      return tfl.model({ inputs: x, outputs: apply(classes(), apply(average(), features)) });
    },
  },
  "Sequential in functional": {
    build: () => {
      const layers = [
        tfl.layers.conv2d({ name: "conv", filters: 6, kernelSize: 3, inputShape: [8, 8, 5] }),
        norm("bn"),
        tfl.layers.reLU({ name: "relu" }),
        conv("conv_2", 4),
      ];
      const x = image("image");
      const features = apply(tfl.sequential({ name: "features", layers }), apply(conv("stem", 5), x));
      return tfl.model({ inputs: x, outputs: apply(classes(), apply(average(), features)) });
    },
  },
  "Sequential in Sequential, as Teachable Machine saves it": { build: teachableMachine },
  "a backbone that is called twice, siamese": {
    build: siamese,
    loss: binaryCrossEntropy(),
    targets: () => [tf.tensor2d([0, 1, 1, 0], [4, 1])],
  },
  "a backbone before Flatten and Dense": {
    build: () => {
      const x = image("image");
      const features = apply(mobileBackbone("backbone"), x);
      const flat = apply(tfl.layers.flatten({ name: "flat" }), features);
      return tfl.model({ inputs: x, outputs: apply(classes(), flat) });
    },
  },
  "a nested output beside an outer tensor": {
    build: () => {
      const x = image("image");
      const outer = apply(conv("outer", 4), x);
      const joined = apply(
        tfl.layers.concatenate({ name: "both" }),
        apply(around("branch", 4, conv("conv", 5), norm("bn")), outer),
        outer,
      );
      const out = tfl.layers.dense({ name: "numbers", units: 2 });
      return tfl.model({ inputs: x, outputs: apply(out, apply(average(), apply(conv("last", 4), joined))) });
    },
    loss: meanSquaredError(),
    targets: () => [tf.randomNormal([4, 2], 0, 1, "float32", 7)],
  },
  "a nested model with two outputs": {
    build: () => {
      const inside = image("pyramid_input");
      const fine = apply(conv("fine", 5), inside);
      const coarse = apply(
        conv("coarse", 6),
        apply(tfl.layers.maxPooling2d({ name: "pool", poolSize: 2 }), fine),
      );
      const pyramid = tfl.model({ name: "pyramid", inputs: inside, outputs: [fine, coarse] });
      const x = image("image");
      const [a, b] = pyramid.apply(x) as [Tensor, Tensor];
      const yes = tfl.layers.dense({ name: "yes", units: 2, activation: "sigmoid" });
      const gap = (name: string) => tfl.layers.globalAveragePooling2d({ name });
      const outputs = [apply(classes(), apply(gap("gap_fine"), a)), apply(yes, apply(gap("gap_coarse"), b))];
      return tfl.model({ inputs: x, outputs });
    },
    loss: [softmaxCrossEntropy(), binaryCrossEntropy()],
    targets: () => [classTargets(), tf.tensor2d([0, 1, 1, 0, 1, 1, 0, 0], [4, 2])],
  },
};

const inputsOf = (model: tfl.LayersModel): tf.Tensor[] =>
  model.inputs.map(({ shape }, i) =>
    tf.randomNormal([4, ...(shape.slice(1) as number[])], 0, 1, "float32", 11 + i),
  );

const outputsOf = (model: tfl.LayersModel, inputs: tf.Tensor[]): readonly Float32Array[] =>
  tf.tidy(() => [model.predict(inputs)].flat().map((y) => Float32Array.from(y.dataSync())));

const unitsOf = (model: tfl.LayersModel): number =>
  buildDependencyGraph(model).groups.reduce((sum, { unitCount }) => sum + unitCount, 0);

describe.each(Object.entries(cases))("%s", (_, { build, loss = softmaxCrossEntropy(), targets }) => {
  it("is scored, pruned, proved, trained, saved and loaded", async () => {
    const model = build();
    randomizeWeights(model, 3);
    const graph = buildDependencyGraph(model);
    const batch = (): Batch => ({ xs: inputsOf(model), ys: targets?.() ?? classTargets() });
    const scores = await score(model, graph, criteria.taylorGate(), [batch()], { loss });
    expect([...scores.values()].every((values) => values.some((value) => value > 0))).toBe(true);

    const plan = parsePlan(JSON.stringify(selectUnits(graph, scores, { units: 0.5 })));
    const smaller = applyPlan(model, plan, { graph });
    expect(unitsOf(smaller)).toBeLessThanOrEqual(unitsOf(model) / 2);
    expect((await verifyPlan(model, plan, { graph, smaller })).relativeError).toBeLessThan(1e-5);

    const optimizer = sgd({ learningRate: 0.01, momentum: 0.9 });
    const first = await trainStep(smaller, optimizer, batch(), { loss });
    const second = await trainStep(smaller, optimizer, batch(), { loss, step: 1 });
    expect(second.loss).toBeLessThan(first.loss);

    const inputs = inputsOf(model);
    const outputs = outputsOf(smaller, inputs);
    const loaded = await saveAndLoad(smaller);
    expect(outputsOf(loaded, inputs)).toEqual(outputs);
    expect(buildDependencyGraph(loaded).fingerprint).toBe(buildDependencyGraph(smaller).fingerprint);
    const { saved, elsewhere } = await saveAndRunElsewhere(smaller);
    for (const [i, values] of saved.linear.entries())
      expect(elsewhere.linear[i] ?? []).toBeAllClose(values, { rtol: 1e-4, atol: 1e-5 });

    optimizer.dispose();
    tf.dispose(inputs);
    for (const each of [model, smaller, loaded]) disposeModel(each);
  });
});

it("the groups of Teachable Machine's layout", () => {
  const model = teachableMachine();
  expect(describeGraph(buildDependencyGraph(model))).toBe(
    `
3 groups, 24 units
  features/mobilenet/stem: 6 units in features/mobilenet/stem, features/mobilenet/stem_bn, features/mobilenet/project, features/mobilenet/project_bn -> features/mobilenet/expand, top/hidden
  features/mobilenet/expand: 8 units in features/mobilenet/expand, features/mobilenet/depthwise -> features/mobilenet/project
  top/hidden: 10 units in top/hidden -> top/classes
pinned (never removed)
  top/classes (Dense): 3 channels, softmax mixes the channels
  features/mobilenet/mobilenet_input (InputLayer): 2 channels, model input
  top/classes (Dense): 3 channels, model output`.trim(),
  );
  disposeModel(model);
});

it("a backbone that is called twice ties what it is called on", () => {
  const model = siamese();
  expect(describeGraph(buildDependencyGraph(model)).split("\n").slice(0, 4)).toEqual([
    "3 groups, 19 units",
    "  left_conv: 5 units in left_conv, right_conv -> backbone/stem",
    "  backbone/stem: 6 units in backbone/stem, backbone/stem_bn, backbone/project, backbone/project_bn -> backbone/expand, same",
    "  backbone/expand: 8 units in backbone/expand, backbone/depthwise -> backbone/project",
  ]);
  disposeModel(model);
});
