import { createHash } from "node:crypto";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import { createModel, type ModelName, ModelOptionsError, modelInfo, modelNames } from "../src/index.ts";
import { deriveSeed } from "../src/networks/seeded-layers.ts";
import { trainable } from "./trainable.ts";

const smallInput: Readonly<Partial<Record<ModelName, [number, number, number]>>> = {
  lenet3: [16, 17, 3],
  resnet20: [9, 7, 3],
  resnet32: [8, 8, 3],
  resnet44: [8, 8, 1],
  resnet56: [8, 8, 3],
  "resnet20-b": [9, 7, 3],
  "resnet32-b": [8, 8, 3],
  "resnet44-b": [8, 8, 3],
  "resnet56-b": [8, 8, 3],
  "preact-resnet18": [9, 7, 3],
  "densenet-cifar": [9, 8, 3],
  "vgg11-bn": [32, 33, 3],
  "mobilenet-v2": [9, 33, 3],
  densenet121: [29, 30, 3],
};

function inputOf(name: ModelName): [number, number, number] {
  const shape = smallInput[name];
  if (shape === undefined) throw new Error(`smallInput lacks ${name}`);
  return shape;
}

/** Those of more are built from the same parts, and take seconds; imagenet.test.ts compares them with PyTorch. */
const mostParameters = 12_000_000;
const swept = modelNames.filter((name) => modelInfo(name).parameterCount < mostParameters);

/** A digest a weight; comparing millions of numbers one by one takes seconds. */
function digests(model: tfl.LayersModel): readonly string[] {
  return model.weights.map((weight) => {
    const values = Float32Array.from(weight.read().dataSync());
    return createHash("sha256").update(new Uint8Array(values.buffer)).digest("hex");
  });
}

function ratioOfFirstTwo(weight: tfl.LayerVariable): number {
  const [first = 0, second = 1] = weight.read().dataSync();
  return first / second;
}

describe.each(swept)("%s", (name) => {
  it("has the parameters that the table says", () => {
    const model = createModel(name);
    expect(trainable(model)).toBe(modelInfo(name).parameterCount);
    expect(modelInfo(name).description.length).toBeGreaterThan(10);
    model.dispose();
  });

  it("consists of stock layers: saved and loaded by tfjs alone, it predicts the same", async () => {
    const options = { classes: 7, inputShape: inputOf(name), seed: 5 };
    const model = createModel(name, options);
    const x = tf.randomUniform([2, ...options.inputShape], -1, 1, "float32", 1);
    const before = model.predict(x) as tf.Tensor;
    expect(before.shape).toEqual([2, 7]);
    expect(tf.tidy(() => tf.sum(before, 1).dataSync())).toBeAllClose([1, 1]);

    let saved: tf.io.ModelArtifacts | undefined;
    await model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        saved = structuredClone(artifacts);
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
      }),
    );
    if (saved === undefined) throw new Error("nothing was saved");
    const loaded = await tfl.loadLayersModel(tf.io.fromMemory(saved));
    const after = loaded.predict(x) as tf.Tensor;
    expect(after.dataSync()).toEqual(before.dataSync());
    expect(loaded.weights.map((weight) => weight.originalName)).toEqual(
      model.weights.map((weight) => weight.originalName),
    );
    expect(new Set(model.weights.map((weight) => weight.originalName)).size).toBe(model.weights.length);
    tf.dispose([x, before, after]);
    model.dispose();
    loaded.dispose();
  });

  it("starts from its seed alone", () => {
    const inputShape = inputOf(name);
    const [one, same, other] = [3, 3, 4].map((seed) => createModel(name, { inputShape, seed }));
    if (one === undefined || same === undefined || other === undefined) throw new Error("unreachable");
    const [first, second] = [digests(one), digests(other)];
    expect(digests(same)).toEqual(first);
    const kernels = one.weights.filter((weight) => weight.originalName.endsWith("kernel"));
    for (const i of kernels.map((kernel) => one.weights.indexOf(kernel)))
      expect(second[i]).not.toBe(first[i]);
    expect(new Set(kernels.map(ratioOfFirstTwo)).size).toBe(kernels.length);
    for (const model of [one, same, other]) model.dispose();
  });
});

describe("closed forms of the parameter counts", () => {
  const resnet = (n: number): number => {
    const stage = (channels: number): number => 2 * n * (9 * channels ** 2 + 2 * channels);
    const narrower = 9 * (32 * 16 + 64 * 32);
    return 9 * 3 * 16 + 32 + stage(16) + stage(32) + stage(64) - narrower + 65 * 10;
  };
  const projections = 16 * 32 + 64 + 32 * 64 + 128;
  it.each([
    ["resnet20", resnet(3)],
    ["resnet32", resnet(5)],
    ["resnet44", resnet(7)],
    ["resnet56", resnet(9)],
    ["resnet20-b", resnet(3) + projections],
    ["resnet56-b", resnet(9) + projections],
  ] as const)("%s", (name, count) => expect(modelInfo(name).parameterCount).toBe(count));

  it("preact-resnet18", () => {
    const blocks = [64, 64, 128, 256].map((inputs, i) => {
      const width = 64 * 2 ** i;
      const [first, second] = [2 * inputs + 9 * inputs * width, 2 * width + 9 * width ** 2];
      return first + 3 * second + (inputs === width ? 0 : inputs * width); // 4 convolutions, each behind its BN
    });
    const count = 9 * 3 * 64 + blocks.reduce((a, b) => a + b) + 2 * 512 + 513 * 10;
    expect(modelInfo("preact-resnet18").parameterCount).toBe(count);
  });

  it("lenet3", () => {
    const convolutions = 76 * 16 + (25 * 16 + 1) * 32;
    expect(modelInfo("lenet3").parameterCount).toBe(convolutions + 801 * 120 + 121 * 84 + 85 * 10);
  });

  it("densenet-cifar", () => {
    let [channels, count] = [16, 27 * 16];
    for (const block of [1, 2, 3]) {
      for (let i = 0; i < 6; i++, channels += 12) count += 2 * channels + 9 * channels * 12;
      if (block < 3) count += 2 * channels + channels ** 2;
    }
    expect(modelInfo("densenet-cifar").parameterCount).toBe(count + 2 * channels + (channels + 1) * 10);
  });

  it("vgg11-bn", () => {
    const widths = [3, 64, 128, 256, 256, 512, 512, 512, 512];
    const layers = widths.slice(1).map((width, i) => (9 * (widths[i] ?? 0) + 3) * width);
    expect(modelInfo("vgg11-bn").parameterCount).toBe(layers.reduce((a, b) => a + b) + 513 * 10);
  });
});

describe("the zero-padded shortcut", () => {
  it("takes every second pixel and pads half of the new channels on either side", () => {
    const model = createModel("resnet20", { inputShape: [5, 6, 3] });
    const layers = ["slice", "turn", "pad", "back"].map((part) =>
      model.getLayer(`layer2.0.shortcut.${part}`),
    );
    const x = tf.tidy(() => tf.reshape(tf.sub(tf.range(0, 5 * 6 * 16), 200), [1, 5, 6, 16]) as tf.Tensor4D);
    const y = tf.tidy(() => layers.reduce((value: tf.Tensor, layer) => layer.apply(value) as tf.Tensor, x));
    const expected = tf.tidy(() => {
      const every = tf.stridedSlice(x, [0, 0, 0, 0], [1, 5, 6, 16], [1, 2, 2, 1]) as tf.Tensor4D;
      return tf.pad(every, [
        [0, 0],
        [0, 0],
        [0, 0],
        [8, 8],
      ]);
    });
    expect(y.shape).toEqual([1, 3, 3, 32]);
    expect(y.dataSync()).toEqual(expected.dataSync());
    tf.dispose([x, y, expected]);
    model.dispose();
  });
});

describe("bad input", () => {
  it("an unknown network is refused with the known names", () => {
    expect(() => createModel("resnet19" as ModelName)).toThrow(ModelOptionsError);
    expect(() => modelInfo("toString" as ModelName)).toThrow(/unknown network "toString".*lenet3.*vgg11-bn/s);
  });

  it.each([
    [{ classes: 0 }, "classes is 0"],
    [{ classes: 2.5 }, "classes is 2.5"],
    [{ seed: Number.NaN }, "seed is NaN"],
    [{ inputShape: [32, 0, 3] as const }, "[32, 0, 3]"],
    [{ inputShape: [15, 32, 3] as const }, "at least 16"],
  ])("%j", (options, message) => expect(() => createModel("lenet3", options)).toThrow(message));
});

it("derived seeds are never 0, which tfjs takes for none, and differ by seed and name", () => {
  const seeds = [0, 1, 2, -1].flatMap((seed) =>
    ["conv1", "conv2", "fc1"].map((name) => deriveSeed(seed, name)),
  );
  expect(new Set(seeds).size).toBe(seeds.length);
  expect(Math.min(...seeds)).toBeGreaterThan(0);
});
