/** Models in folders: what stock tfjs writes is read, and what is written stock tfjs reads. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { loadModel, modelBytes, quantizationOf, saveModel } from "@secateur/model-files";
import { disposeModel } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let folder: string;
let model: tfl.LayersModel;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "model-files-"));
  model = tfl.sequential({
    layers: [
      tfl.layers.conv2d({
        name: "conv",
        filters: 4,
        kernelSize: 3,
        activation: "relu6",
        inputShape: [8, 8, 3],
      }),
      tfl.layers.batchNormalization({ name: "bn" }),
      tfl.layers.flatten({ name: "flat" }),
      tfl.layers.dense({ name: "head", units: 5, activation: "softmax" }),
    ],
  });
});
afterEach(() => {
  disposeModel(model);
  fs.rmSync(folder, { recursive: true });
});

const file = (name: string): string => path.join(folder, name);

function outputs(of: tfl.LayersModel): Float32Array {
  return tf.tidy(() => {
    const [, ...shape] = of.inputs.flatMap((input) => input.shape) as number[];
    const x = tf.randomNormal([2, ...shape], 0, 1, "float32", 7);
    return (of.predict(x) as tf.Tensor).dataSync<"float32">();
  });
}

/** By tfjs alone. */
async function loadByTfjs(): Promise<tfl.LayersModel> {
  const { weightsManifest, ...json } = JSON.parse(fs.readFileSync(file("model.json"), "utf8"));
  const weightData = weightsManifest.flatMap(({ paths }: { paths: string[] }) =>
    paths.map((name) => new Uint8Array(fs.readFileSync(file(name))).buffer),
  );
  const weightSpecs = weightsManifest.flatMap(({ weights }: { weights: object[] }) => weights);
  return await tfl.loadLayersModel(tf.io.fromMemory({ ...json, weightSpecs, weightData }));
}

async function outputsOf(loading: Promise<tfl.LayersModel>): Promise<Float32Array> {
  const loaded = await loading;
  const values = outputs(loaded);
  disposeModel(loaded);
  return values;
}

describe("a saved model", () => {
  it("is read bit for bit, by its folder, its path and its URL, and by tfjs", async () => {
    await saveModel(model, folder);
    const expected = outputs(model);
    for (const source of [folder, file("model.json"), pathToFileURL(file("model.json"))])
      expect(await outputsOf(loadModel(source))).toEqual(expected);
    expect(await outputsOf(loadByTfjs())).toEqual(expected);
  });

  it("has the size that is predicted", async () => {
    await saveModel(model, folder, { quantize: "uint8" });
    const sizes = fs.readdirSync(folder).map((name) => fs.statSync(file(name)).size);
    expect(sizes.reduce((a, b) => a + b)).toBe(await modelBytes(model, { quantize: "uint8" }));
  });

  it("replaces another, and leaves what is not its own", async () => {
    fs.writeFileSync(file("metadata.json"), "{}");
    fs.writeFileSync(file("group1-shard1of1.txt"), "a note");
    await saveModel(model, folder);
    expect(fs.readdirSync(folder).sort()).toEqual([
      "group1-shard1of1.txt",
      "group2-shard1of1.bin",
      "metadata.json",
      "model.json",
    ]);
    await saveModel(model, folder);
    expect(fs.readdirSync(folder).sort()).toEqual([
      "group1-shard1of1.txt",
      "group3-shard1of1.bin",
      "metadata.json",
      "model.json",
    ]);
    expect(await outputsOf(loadModel(folder))).toEqual(outputs(model));
  });

  it("keeps its user-defined metadata", async () => {
    model.setUserDefinedMetadata({ labels: ["a", "b"] });
    await saveModel(model, folder);
    const loaded = await loadModel(folder);
    expect(loaded.getUserDefinedMetadata()).toEqual({ labels: ["a", "b"] });
    disposeModel(loaded);
  });

  it("has shards of 4 MB", async () => {
    const large = tfl.sequential({ layers: [tfl.layers.dense({ units: 1100, inputShape: [1000] })] });
    await saveModel(large, folder);
    const sizes = fs.readdirSync(folder).map((name) => [name, fs.statSync(file(name)).size]);
    expect(Object.fromEntries(sizes)).toMatchObject({
      "group1-shard1of2.bin": 4 * 2 ** 20,
      "group1-shard2of2.bin": 1001 * 1100 * 4 - 4 * 2 ** 20,
    });
    expect(await outputsOf(loadModel(folder))).toEqual(outputs(large));
    expect(await outputsOf(loadByTfjs())).toEqual(outputs(large));
    disposeModel(large);
  });

  it("is refused while two weights share a name", async () => {
    const inner = () =>
      tfl.sequential({ layers: [tfl.layers.dense({ name: "same", units: 2, inputShape: [3] })] });
    const input = tfl.input({ shape: [3] });
    const [a, b] = [inner(), inner()].map((each) => each.apply(input) as tfl.SymbolicTensor);
    const twins = tfl.model({
      inputs: input,
      outputs: tfl.layers.add().apply([a, b] as tfl.SymbolicTensor[]) as tfl.SymbolicTensor,
    });
    await expect(saveModel(twins, file("twins"))).rejects.toThrow(
      'two weights of the model are called "same/kernel"',
    );
    expect(fs.existsSync(file("twins"))).toBe(false);
    disposeModel(twins);
  });
});

describe("quantised weights", () => {
  const steps = { uint8: 255, uint16: 65535, float16: 1 };

  it.each(["uint8", "uint16", "float16"] as const)(
    "%s: half a step at most, and zeros stay zeros",
    async (dtype) => {
      tf.tidy(() => {
        const values = Array.from({ length: 144 * 5 }, (_, i) => (i % 3 === 0 ? 0 : Math.sin(i)));
        model.getLayer("head").setWeights([tf.tensor(values, [144, 5]), tf.tensor([1, 2, 3, 4, 5])]);
      });
      await saveModel(model, folder, { quantize: dtype });
      const loaded = await loadModel(folder);
      expect(quantizationOf(loaded)).toBe(dtype);
      for (const [i, weight] of model.weights.entries()) {
        const before = Array.from(weight.read().dataSync());
        const after = Array.from(loaded.weights[i]?.read().dataSync() ?? []);
        const largest = Math.max(...before.map(Math.abs));
        const step = (Math.max(...before) - Math.min(...before)) / steps[dtype];
        const bound = dtype === "float16" ? largest / 2048 : 0.51 * step;
        expect(after).toBeAllClose(before, { rtol: 0, atol: bound + 1e-7 });
        expect(after.filter((_, j) => before[j] === 0).every((value) => value === 0)).toBe(true);
      }
      expect(await outputsOf(loadByTfjs())).toEqual(outputs(loaded));
      // Written again, they are what they were: no error adds up.
      const again = file("again");
      await saveModel(loaded, again, { quantize: quantizationOf(loaded) });
      expect(await outputsOf(loadModel(again))).toBeAllClose(outputs(loaded), { atol: 1e-6 });
      disposeModel(loaded);
    },
  );

  it("infinite weights, weights beyond float16 and unknown types are refused, and nothing is written", async () => {
    const set = (value: number) =>
      tf.tidy(() => model.getLayer("head").setWeights([tf.fill([144, 5], value), tf.zeros([5])]));
    const target = file("refused");
    set(Number.NaN);
    await expect(saveModel(model, target, { quantize: "uint8" })).rejects.toThrow(
      'weight "head/kernel" is not finite',
    );
    set(1e6);
    await expect(saveModel(model, target, { quantize: "float16" })).rejects.toThrow("float16 ends at 65504");
    await expect(saveModel(model, target, { quantize: "int4" as "uint8" })).rejects.toThrow(
      'quantize is "int4", expected uint8',
    );
    expect(fs.existsSync(target)).toBe(false);
  });
});

it("weights that do not meet their layer's constraint are loaded as they are", async () => {
  const constrained = tfl.sequential({
    layers: [tfl.layers.dense({ units: 3, kernelConstraint: "unitNorm", inputShape: [4] })],
  });
  await saveModel(constrained, folder); // the initial weights: tfjs applies constraints when it sets weights
  expect(await outputsOf(loadModel(folder))).toEqual(outputs(constrained));
  disposeModel(constrained);
});

it("settings that tfjs does not save are saved: stock tfjs and loadModel read a depthMultiplier", async () => {
  const separable = () => tfl.layers.separableConv2d({ filters: 4, kernelSize: 3, depthMultiplier: 2 });
  const wrapped = tfl.layers.timeDistributed({ layer: separable(), inputShape: [2, 8, 8, 3] } as never);
  const plain = tfl.sequential({ layers: [tfl.layers.inputLayer({ inputShape: [8, 8, 3] }), separable()] });
  for (const each of [plain, tfl.sequential({ layers: [wrapped] })]) {
    await saveModel(each, folder);
    expect(await outputsOf(loadModel(folder))).toEqual(outputs(each));
    expect(await outputsOf(loadByTfjs())).toEqual(outputs(each));
    disposeModel(each);
  }
});
