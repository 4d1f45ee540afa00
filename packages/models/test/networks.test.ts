import { describeModel } from "@repo/testing/describe-model";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import {
  createModel,
  loadWeights,
  type ModelName,
  ModelOptionsError,
  modelInfo,
  saveWeights,
} from "../src/index.ts";
import { deriveSeed } from "../src/networks/seeded-layers.ts";

/** Left out: networks of many weights that share their code with others. imagenet.test.ts compares their logits. */
type SmallName = Exclude<
  ModelName,
  | "resnet18"
  | "resnet101"
  | "resnet152"
  | "vgg11-bn-imagenet"
  | "vgg11-bn-dense-bn"
  | "vgg16-bn"
  | "densenet201"
>;

/** Sizes other than the default ones, mostly odd and not square. */
const smallInputs: Readonly<Record<SmallName, readonly [number, number, number]>> = {
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
  resnet34: [33, 31, 3],
  resnet50: [32, 33, 3],
  "mobilenet-v2": [9, 33, 3],
  densenet121: [29, 30, 3],
};

for (const [name, inputShape] of Object.entries(smallInputs) as [SmallName, [number, number, number]][]) {
  describeModel(name, {
    build: (options) => createModel(name, options),
    parameterCount: modelInfo(name).parameterCount,
    inputShape,
    saveWeights,
    loadWeights,
  });
}

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
  it("takes every second pixel and pads half of the new channels on each side", () => {
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
  it("an unknown network is rejected, with the known names", () => {
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

it("kernels of zeros leave the other weights and the architecture as they are", () => {
  const options = { inputShape: [9, 33, 3], classes: 3 } as const;
  const [random, zeros] = [
    createModel("mobilenet-v2", options),
    createModel("mobilenet-v2", { ...options, kernels: "zeros" }),
  ];
  expect(zeros.toJSON(null, false)).not.toEqual(random.toJSON(null, false)); // the initialisers differ
  for (const [i, weight] of zeros.weights.entries()) {
    const other = random.weights[i];
    expect([weight.originalName, weight.shape]).toEqual([other?.originalName, other?.shape]);
    const values = weight.read().dataSync();
    if (weight.originalName.endsWith("kernel")) expect(values.every((value) => value === 0)).toBe(true);
    else expect(values).toEqual(other?.read().dataSync());
  }
  for (const model of [random, zeros]) model.dispose();
});

it("derived seeds are positive, as tfjs ignores 0, and differ by seed and name", () => {
  const seeds = [0, 1, 2, -1].flatMap((seed) =>
    ["conv1", "conv2", "fc1"].map((name) => deriveSeed(seed, name)),
  );
  expect(new Set(seeds).size).toBe(seeds.length);
  expect(Math.min(...seeds)).toBeGreaterThan(0);
});
