import { existsSync, readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { loadWeightsIntoAnother } from "../examples/load-weights.ts";
import {
  createModel,
  loadWeights,
  type ModelName,
  readSafetensors,
  saveWeights,
  WeightsError,
  type WeightTensor,
  writeSafetensors,
} from "../src/index.ts";
import { expectedWeights } from "../src/weights/expected-weights.ts";
import { logits, sineImages } from "./logits.ts";

type Golden = Readonly<Record<string, readonly (readonly number[])[]>>;
const golden = JSON.parse(readFileSync(new URL("golden/logits.json", import.meta.url), "utf8")) as {
  readonly formula: Golden;
  readonly trained: Golden;
};
const trainedFolder = new URL("../../../../shared/models/cifar10-resnets/", import.meta.url);
const trainedFiles = {
  resnet20: "resnet20-12fca82f.th",
  resnet32: "resnet32-d509ac18.th",
  resnet56: "resnet56-4bfd9763.th",
} as const;

let models: tfl.LayersModel[] = [];
afterEach(() => {
  for (const model of models) model.dispose();
  models = [];
});

function keep(model: tfl.LayersModel): tfl.LayersModel {
  models.push(model);
  return model;
}

/** PyTorch's tensors for the model, filled by the formula in golden/make-logits.py. */
function formulaTensors(model: tfl.LayersModel): Map<string, WeightTensor> {
  const named = expectedWeights(model, "pytorch").map(({ name, shape }) => {
    const length = shape.reduce((product, size) => product * size, 1);
    const scale = 2 / Math.sqrt(length / (shape[0] ?? 1));
    const value = (s: number): number => {
      if (shape.length > 1) return scale * s;
      if (name.endsWith("weight")) return 1 + s / 10;
      return name.endsWith("running_var") ? 1 + (s * s) / 2 : s / 10;
    };
    const data = Float32Array.from({ length }, (_, i) => value(Math.sin((i + name.length) ** 2)));
    return [name, { shape, data }] as const;
  });
  return new Map(named);
}

/** As `Zoo` in golden/make-logits.py. */
function zoo(): tfl.LayersModel {
  return tfl.sequential({
    layers: [
      tfl.layers.depthwiseConv2d({
        inputShape: [6, 4, 3],
        kernelSize: 3,
        depthMultiplier: 2,
        name: "depthwise",
      }),
      tfl.layers.conv2dTranspose({ filters: 4, kernelSize: 2, strides: 2, name: "up" }),
      tfl.layers.flatten(),
      tfl.layers.batchNormalization({ epsilon: 1e-5, name: "norm" }),
      tfl.layers.dropout({ rate: 0.5 }),
      tfl.layers.dense({ units: 5, activation: "softmax", name: "linear" }),
    ],
  });
}

describe("PyTorch's layout: the same logits as PyTorch itself", () => {
  const built: Readonly<Record<string, readonly [() => tfl.LayersModel, number, number]>> = {
    lenet3: [() => createModel("lenet3"), 32, 32],
    resnet20: [() => createModel("resnet20"), 32, 32],
    "resnet32-b": [() => createModel("resnet32-b"), 32, 32],
    "preact-resnet18": [() => createModel("preact-resnet18", { inputShape: [9, 7, 3] }), 9, 7],
    "densenet-cifar": [() => createModel("densenet-cifar"), 32, 32],
    "vgg11-bn": [() => createModel("vgg11-bn", { inputShape: [64, 64, 3] }), 64, 64],
    zoo: [zoo, 6, 4],
  };
  it.each(Object.entries(built))("%s", (name, [build, height, width]) => {
    const model = keep(build());
    const report = loadWeights(model, writeSafetensors(formulaTensors(model)));
    expect(report).toMatchObject({ format: "safetensors", naming: "pytorch", ignored: [] });
    expect(new Set(report.loaded)).toEqual(new Set(model.weights.map((weight) => weight.originalName)));
    const x = sineImages(height, width);
    expect(logits(model, x)).toBeAllClose(golden.formula[name]?.flat() ?? [], { rtol: 2e-4, atol: 2e-4 });
    x.dispose();
  });

  for (const [name, file] of Object.entries(trainedFiles)) {
    const url = new URL(file, trainedFolder);
    if (!existsSync(url))
      console.warn(`skipped: the trained ${name} is not at shared/models/cifar10-resnets/${file}`);
    it.skipIf(!existsSync(url))(`the trained ${name}`, () => {
      const model = keep(createModel(name as ModelName));
      const report = loadWeights(model, readFileSync(url));
      expect(report).toMatchObject({ format: "pytorch", naming: "pytorch" });
      const x = sineImages(32, 32);
      expect(logits(model, x)).toBeAllClose(golden.trained[name]?.flat() ?? [], { rtol: 1e-4, atol: 2e-4 });
      x.dispose();
    });
  }
});

describe("saveWeights", () => {
  it("round trip, bit for bit, by path", () => {
    const from = keep(createModel("lenet3", { seed: 1 }));
    const to = keep(createModel("lenet3", { seed: 2 }));
    const bytes = saveWeights(from);
    expect([...readSafetensors(bytes).tensors.keys()].slice(0, 2)).toEqual(["conv1/kernel", "conv1/bias"]);
    expect(loadWeights(to, bytes)).toMatchObject({ format: "safetensors", naming: "secateur" });
    expect(Buffer.from(saveWeights(to)).equals(Buffer.from(bytes))).toBe(true);
  });

  it.each([
    ["zoo", zoo],
    ["lenet3", () => createModel("lenet3")],
  ] as const)("%s in PyTorch's naming: the tensors that were loaded, bit for bit", (_, build) => {
    const model = keep(build());
    const tensors = formulaTensors(model);
    loadWeights(model, writeSafetensors(tensors));
    const written = readSafetensors(saveWeights(model, { naming: "pytorch" }));
    expect(written.metadata.get("format")).toBe("pt");
    expect([...written.tensors.keys()].sort()).toEqual([...tensors.keys()].sort());
    for (const [name, { shape, data }] of tensors) {
      const found = written.tensors.get(name);
      expect(found?.shape, name).toEqual(shape);
      expect(
        data.every((value, i) => Object.is(value, found?.data[i])),
        name,
      ).toBe(true);
    }
  });

  it("the README's example", () => {
    expect(loadWeightsIntoAnother()).toEqual({ weights: 97, difference: 0 });
  });

  it("of nested models: weights have unique paths", () => {
    const from = keep(nested("from", 1));
    const bytes = saveWeights(from);
    expect([...readSafetensors(bytes).tensors.keys()]).toEqual([
      "conv1/kernel",
      "conv1/bias",
      "backbone/conv1/kernel",
      "backbone/conv1/bias",
      "backbone/head/conv1/kernel",
      "backbone/head/conv1/bias",
      "fc/kernel",
      "fc/bias",
    ]);
    const to = keep(nested("to", 2));
    expect(Buffer.from(saveWeights(to)).equals(Buffer.from(bytes))).toBe(false);
    expect(loadWeights(to, bytes).loaded).toContain("backbone/head/conv1/kernel");
    expect(Buffer.from(saveWeights(to)).equals(Buffer.from(bytes))).toBe(true);
  });

  it("of nested models, under PyTorch's names", () => {
    const from = keep(nested("from", 1));
    const tensors = formulaTensors(from);
    expect([...tensors.keys()]).toContain("backbone.head.conv1.weight");
    const to = keep(nested("to", 2));
    for (const model of [from, to]) loadWeights(model, writeSafetensors(tensors));
    expect(Buffer.from(saveWeights(to)).equals(Buffer.from(saveWeights(from)))).toBe(true);
  });
});

/** A functional model in a functional model, with a Sequential inside; layer names repeat. */
function nested(name: string, seed: number): tfl.LayersModel {
  const convolution = (layer: number): tfl.layers.Layer =>
    tfl.layers.conv2d({
      filters: 2,
      kernelSize: 2,
      name: "conv1",
      kernelInitializer: tfl.initializers.heNormal({ seed: 10 * seed + layer }),
      ...(layer === 3 ? { inputShape: [3, 3, 2] } : {}),
    });
  const inside = tfl.input({ shape: [4, 4, 2] });
  const head = tfl.sequential({ name: "head", layers: [convolution(3), tfl.layers.flatten()] });
  const outputs = head.apply(convolution(2).apply(inside)) as tfl.SymbolicTensor;
  const backbone = tfl.model({ name: "backbone", inputs: inside, outputs });
  const input = tfl.input({ shape: [5, 5, 1] });
  const features = backbone.apply(convolution(1).apply(input)) as tfl.SymbolicTensor;
  const fc = tfl.layers.dense({
    units: 3,
    name: "fc",
    kernelInitializer: tfl.initializers.glorotUniform({ seed }),
  });
  return tfl.model({ name, inputs: input, outputs: fc.apply(features) as tfl.SymbolicTensor });
}

describe("loadWeights is strict: it sets all weights or none", () => {
  const attempt = (change: (tensors: Map<string, WeightTensor>) => void): (() => void) => {
    const model = keep(createModel("lenet3"));
    const before = saveWeights(model);
    const tensors = formulaTensors(model);
    change(tensors);
    return () => {
      try {
        loadWeights(model, writeSafetensors(tensors));
      } finally {
        expect(Buffer.from(saveWeights(model)).equals(Buffer.from(before))).toBe(true);
      }
    };
  };
  const one = { shape: [1], data: Float32Array.of(1) };

  it("a missing weight", () => {
    const missing = attempt((tensors) => tensors.delete("fc3.bias"));
    expect(missing).toThrow(WeightsError);
    expect(missing).toThrow('the weights file lacks "fc3.bias", which the model requires');
  });

  it("an unexpected weight", () => {
    const unexpected = attempt((tensors) => tensors.set("fc4.weight", one).set("fc4.bias", one));
    expect(unexpected).toThrow('contains "fc4.weight" and "fc4.bias", which the model lacks');
  });

  it("a weight of another shape", () => {
    const other = attempt((tensors) => tensors.set("fc3.weight", one));
    expect(other).toThrow('"fc3.weight" has shape [1] in the file; "fc3/kernel" requires [10, 84]');
    const others = attempt((tensors) =>
      ["conv1.bias", "fc1.bias", "fc2.bias"].reduce((all, name) => all.set(name, one), tensors),
    );
    expect(others).toThrow('requires [16]; shapes also differ in "fc1.bias" and "fc2.bias"');
  });

  it("only names that are optional may be missing; those weights keep their values", () => {
    const model = keep(createModel("lenet3", { seed: 1 }));
    const before = model.getLayer("fc2").getWeights()[0]?.dataSync().slice();
    const tensors = formulaTensors(model);
    tensors.delete("fc2.weight");
    const file = writeSafetensors(tensors);
    expect(() => loadWeights(model, file, { optional: (name) => name === "fc1.weight" })).toThrow(
      'lacks "fc2.weight"',
    );
    const report = loadWeights(model, file, { optional: (name) => name.startsWith("fc") });
    expect(report.kept).toEqual(["fc2/kernel"]);
    expect(report.loaded).toHaveLength(9);
    expect(model.getLayer("fc2").getWeights()[0]?.dataSync()).toEqual(before);
  });

  it.each([
    ["a name", (tensors: Map<string, WeightTensor>) => tensors.set("fc4.weight", one)],
    ["a shape", (tensors: Map<string, WeightTensor>) => tensors.set("fc3.bias", one)],
  ])("nothing is decoded for a file that has %s wrong", (_, change) => {
    const model = keep(createModel("lenet3"));
    const tensors = formulaTensors(model);
    change(tensors);
    const file = writeSafetensors(tensors);
    const allocated: number[] = [];
    class CountedArray extends Float32Array {
      constructor(length: number) {
        super(length);
        allocated.push(length);
      }
    }
    vi.stubGlobal("Float32Array", CountedArray);
    onTestFinished(() => void vi.unstubAllGlobals());
    expect(() => loadWeights(model, file)).toThrow(WeightsError);
    expect(allocated).toEqual([]);
    readSafetensors(file);
    expect(allocated).toHaveLength(tensors.size);
  });

  it("`num_batches_tracked` is ignored", () => {
    const model = keep(createModel("resnet20", { inputShape: [8, 8, 3] }));
    const tensors = formulaTensors(model).set("bn1.num_batches_tracked", { ...one, shape: [] });
    expect(loadWeights(model, writeSafetensors(tensors)).ignored).toEqual(["bn1.num_batches_tracked"]);
  });

  it("the prefix `module.` is removed", () => {
    const model = keep(createModel("lenet3"));
    const wrapped = [...formulaTensors(model)].map(([name, tensor]) => [`module.${name}`, tensor] as const);
    expect(loadWeights(model, writeSafetensors(new Map(wrapped))).loaded).toHaveLength(10);
  });

  it.each([
    ["empty", new Uint8Array(), "the weights file is empty"],
    ["something else", new TextEncoder().encode("GIF89a, say"), "begins with 47 49 46 38 39 61 2c 20"],
    ["a truncated zip", Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0), "truncated or damaged"],
  ])("%s", (_, bytes, message) => {
    const model = keep(createModel("lenet3"));
    expect(() => loadWeights(model, bytes)).toThrow(WeightsError);
    expect(() => loadWeights(model, bytes)).toThrow(message);
  });

  it("a layer without a counterpart in PyTorch", () => {
    const layer = tfl.layers.separableConv2d({
      inputShape: [4, 4, 2],
      filters: 2,
      kernelSize: 1,
      name: "both",
    });
    const model = keep(tfl.sequential({ layers: [layer] }));
    expect(() => loadWeights(model, writeSafetensors(new Map()))).toThrow(
      '"both/depthwise_kernel" (SeparableConv2D) has no counterpart in PyTorch',
    );
  });
});

it("a Permute before the Flatten has PyTorch's order", () => {
  const build = (permute: boolean): tfl.LayersModel =>
    keep(
      tfl.sequential({
        layers: [
          tfl.layers.activation({ activation: "linear", inputShape: [2, 3, 2] }),
          ...(permute ? [tfl.layers.permute({ dims: [3, 1, 2] })] : []),
          tfl.layers.flatten(),
          tfl.layers.dense({ units: 2, name: "fc" }),
        ],
      }),
    );
  const x = tf.tidy(() => tf.reshape(tf.range(0, 12), [1, 2, 3, 2]));
  const [plain, permuted] = [build(false), build(true)].map((model) => {
    loadWeights(model, writeSafetensors(formulaTensors(model)));
    return tf.tidy(() => (model.predict(x) as tf.Tensor).dataSync());
  });
  expect(plain).toBeAllClose(permuted ?? [], { rtol: 1e-5 });
  x.dispose();
});
