/** The ImageNet networks against torchvision. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { hashedTensors } from "@repo/testing/hashed-tensors";
import type * as tfl from "@tensorflow/tfjs-layers";
import { afterEach, describe, expect, it } from "vitest";
import {
  createModel,
  loadWeights,
  type ModelName,
  modelInfo,
  saveWeights,
  WeightsError,
  writeSafetensors,
} from "../src/index.ts";
import { expectedWeights } from "../src/weights/expected-weights.ts";
import { logits, sineImages } from "./logits.ts";

interface Golden {
  readonly parameters: number;
  /** Height and width of the images. */
  readonly size: readonly [number, number];
  readonly stateDict: string;
  /** The first five of [2, 1000]. */
  readonly logits: readonly (readonly number[])[];
}

const golden = JSON.parse(
  readFileSync(new URL("golden/imagenet-logits.json", import.meta.url), "utf8"),
) as Readonly<Partial<Record<ModelName, Golden>>>;
const names = Object.keys(golden) as ModelName[];

let models: tfl.LayersModel[] = [];
afterEach(() => {
  for (const model of models) model.dispose();
  models = [];
});

function build(name: ModelName, [height, width]: readonly [number, number]): tfl.LayersModel {
  const model = createModel(name, { inputShape: [height, width, 3], kernels: "zeros" });
  models.push(model);
  return model;
}

/** As in tooling/pytorch-check/make-imagenet-logits.py. */
function digestOfStateDict(model: tfl.LayersModel): string {
  const lines = expectedWeights(model, "pytorch").map(({ name, shape }) => `${name} ${shape.join("x")}`);
  return createHash("sha256").update(lines.sort().join("\n")).digest("hex");
}

describe.each(names)("%s", (name) => {
  it("has torchvision's names, shapes and logits", () => {
    const expected = golden[name];
    if (expected === undefined) throw new Error("unreachable");
    const model = build(name, expected.size);
    expect(modelInfo(name).parameterCount).toBe(expected.parameters);
    expect(model.outputs.map(({ shape }) => shape)).toEqual([[null, 1000]]);
    expect(digestOfStateDict(model)).toBe(expected.stateDict);

    const report = loadWeights(model, writeSafetensors(hashedTensors(expectedWeights(model, "pytorch"))));
    expect(report).toMatchObject({ naming: "pytorch", ignored: [] });
    const x = sineImages(...expected.size);
    const y = logits(model, x);
    const largest = Math.max(...expected.logits.flat().map(Math.abs));
    const found = expected.logits.flatMap((row, i) => [...y.subarray(1000 * i, 1000 * i + row.length)]);
    expect(found).toBeAllClose(expected.logits.flat(), { rtol: 1e-4, atol: 1e-5 * largest });
    x.dispose();
  });
});

describe("another network's file is rejected", () => {
  it.each([
    ["densenet121", "densenet201", 'contains "features.denseblock3.denselayer25.norm1.weight", "'],
    ["mobilenet-v2", "densenet121", 'lacks "features.0.0.weight", "'],
  ] as const)("%s, given the file of %s", (name, other, message) => {
    const [model, file] = [build(name, [32, 32]), build(other, [32, 32])];
    const one = { shape: [1], data: Float32Array.of(1) };
    const tensors = new Map(expectedWeights(file, "pytorch").map((wanted) => [wanted.name, one] as const));
    expect(() => loadWeights(model, writeSafetensors(tensors))).toThrow(WeightsError);
    expect(() => loadWeights(model, writeSafetensors(tensors))).toThrow(message);
  });
});

it("DenseNet files with old keys load the same", () => {
  const model = build("densenet121", [32, 32]);
  const tensors = hashedTensors(expectedWeights(model, "pytorch"));
  const old = [...tensors].map(
    ([name, tensor]) => [name.replace(/(denselayer\d+\.(?:norm|conv))(\d)/, "$1.$2"), tensor] as const,
  );
  expect(new Map(old).has("features.denseblock1.denselayer1.norm.1.weight")).toBe(true);
  loadWeights(model, writeSafetensors(new Map(old)));
  const loaded = Buffer.from(saveWeights(model));
  loadWeights(model, writeSafetensors(tensors));
  expect(Buffer.from(saveWeights(model)).equals(loaded)).toBe(true);
});

it("DenseNet accepts inputs from 29 × 29", () => {
  expect(build("densenet121", [29, 29]).outputs[0]?.shape).toEqual([null, 1000]);
  expect(() => build("densenet121", [28, 29])).toThrow("at least 29");
});

it("the fan-in of a depthwise kernel is that of one channel", () => {
  const model = createModel("mobilenet-v2", { inputShape: [32, 32, 3] });
  models.push(model);
  const kernel = model.getLayer("features.17.conv.1.0").weights[0]?.read();
  const values = kernel?.dataSync<"float32">() ?? new Float32Array();
  const variance = values.reduce((sum, value) => sum + value ** 2 / values.length, 0);
  // Truncation at two standard deviations keeps 0.774 of a normal distribution's variance.
  expect(variance).toBeAllClose((0.774 * 2) / 9, { rtol: 0.05 });
});
