/** Files that are missing, truncated, too large, elsewhere, or no models: one sentence, and nothing stays allocated. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import {
  loadModel,
  ModelFileError,
  ModelFilesError,
  saveModel,
  UnsupportedModelError,
} from "@secateur/model-files";
import { disposeModel } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { zipSync } from "fflate";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

let templates: string;
let folder: string;
/** Two shards, and a model small enough for many tests. */
beforeAll(async () => {
  templates = fs.mkdtempSync(path.join(os.tmpdir(), "model-files-"));
  for (const [name, units] of [
    ["large", 1100],
    ["small", 7],
  ] as const) {
    const dense = tfl.layers.dense({ name: "head", units, inputShape: [1000] });
    const model = tfl.sequential({ layers: [dense] });
    await saveModel(model, path.join(templates, name));
    disposeModel(model);
  }
});
afterAll(() => fs.rmSync(templates, { recursive: true }));

function copyOf(template: "large" | "small"): void {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "model-files-"));
  fs.cpSync(path.join(templates, template), folder, { recursive: true });
}
beforeEach(() => copyOf("small"));
afterEach(() => fs.rmSync(folder, { recursive: true }));

const file = (name: string): string => path.join(folder, name);
const only = "group1-shard1of1.bin";
const [first, second] = ["group1-shard1of2.bin", "group1-shard2of2.bin"] as const;

interface Editable {
  format?: string;
  modelTopology: { config: { layers: { class_name: string; config: Record<string, unknown> }[] } } & Record<
    string,
    unknown
  >;
  weightsManifest: {
    paths: string[];
    weights: { name: string; shape: unknown; dtype: string; quantization?: object }[];
  }[];
}

function edit(change: (json: Editable) => void): void {
  const json: Editable = JSON.parse(fs.readFileSync(file("model.json"), "utf8"));
  change(json);
  fs.writeFileSync(file("model.json"), JSON.stringify(json));
}

async function refused(
  problem: string | RegExp,
  error: typeof ModelFileError | typeof UnsupportedModelError = ModelFileError,
): Promise<void> {
  const before = tf.memory().numTensors;
  const loading = loadModel(folder);
  await expect(loading).rejects.toThrow(error);
  await expect(loading).rejects.toThrow(problem);
  expect(tf.memory().numTensors).toBe(before);
}

describe("weight files", () => {
  it.each([
    [first, 10, `"${first}" has 10 bytes, expected 4194304`],
    [second, 7, `"${second}" has 7 bytes, expected 210096`],
    [second, 0, `"${second}" has 0 bytes, expected 210096`],
  ])("%s cut to %d bytes", async (name, bytes, problem) => {
    fs.rmSync(folder, { recursive: true });
    copyOf("large");
    fs.truncateSync(file(name), bytes);
    await refused(problem);
  });

  it("one is missing", async () => {
    fs.rmSync(file(only));
    await refused(/group1-shard1of1.bin" cannot be read: there is no such file/);
  });

  it("one is too long, before it is read", async () => {
    fs.truncateSync(file(only), 2 ** 40);
    await refused(/group1-shard1of1.bin" has 1099511627776 bytes, expected at most 28028/);
  });

  it("one is a pipe", async () => {
    fs.rmSync(file(only));
    execFileSync("mkfifo", [file(only)]);
    await refused("is not a regular file");
  });

  it.each([
    "../weights.bin",
    "a/../../b",
    "/etc/passwd",
    "C:\\weights",
    "http://host/weights",
    "a\\..\\b",
    "",
  ])("%s lies outside the folder", async (outside) => {
    edit(({ weightsManifest: [group] }) => group?.paths.splice(0, 1, outside));
    await refused("weight files must lie in the model's own folder");
  });
});

describe("connections, on which tfjs would wait for ever", () => {
  type Functional = { name: string; config: { name: string }; inbound_nodes: [string, number, number][][] }[];
  const connections = (json: Editable) => json.modelTopology.config.layers as unknown as Functional;

  beforeEach(async () => {
    const input = tfl.input({ shape: [4], name: "pixels" });
    const hidden = tfl.layers.dense({ units: 4, name: "hidden" });
    const once = hidden.apply(input) as tfl.SymbolicTensor;
    const twice = hidden.apply(once) as tfl.SymbolicTensor;
    const model = tfl.model({
      inputs: input,
      outputs: tfl.layers.add({ name: "sum" }).apply([once, twice]) as never,
    });
    await saveModel(model, folder);
    disposeModel(model);
  });

  it.each<[string, (layers: Functional) => void, string]>([
    [
      "an input of another name",
      (layers) => Object.assign(layers[0] as object, { name: "pixel" }),
      'layer "hidden" reads the output of call 0 of layer "pixels", which is not in the model',
    ],
    [
      "a call that reads itself",
      (layers) => layers[1]?.inbound_nodes[0]?.splice(0, 1, ["hidden", 1, 0]),
      'layer "hidden" reads the output of call 1 of layer "hidden", which is never computed',
    ],
    [
      "a call that is not made",
      (layers) => layers[2]?.inbound_nodes[0]?.splice(1, 1, ["hidden", 2, 0]),
      'layer "sum" reads the output of call 2 of layer "hidden", which is never computed',
    ],
    [
      "a call without inputs",
      (layers) => layers[1]?.inbound_nodes.splice(0, 1, []),
      "reads an output that is never computed",
    ],
    [
      "an input that is a text",
      (layers) => layers[1]?.inbound_nodes[0]?.push("pixels" as never),
      "reads an output that is never computed",
    ],
    [
      "two layers of one name",
      (layers) =>
        layers.splice(
          1,
          0,
          structuredClone({ ...layers[1], config: { ...layers[1]?.config, name: "h" } }) as never,
        ),
      "reads an output that is never computed",
    ],
  ])("%s", async (_, change, problem) => {
    edit((json) => change(connections(json)));
    await refused(problem);
  });
});

describe("model.json", () => {
  const weight = (json: Editable) =>
    json.weightsManifest[0]?.weights[0] as Editable["weightsManifest"][0]["weights"][0];

  it.each<[string, (json: Editable) => void, string]>([
    [
      "a weight of another shape",
      (json) => Object.assign(weight(json), { shape: [7, 1000] }),
      '"head/kernel" has the shape [7,1000] in the file, and [1000,7] in the model',
    ],
    ["a negative shape", (json) => Object.assign(weight(json), { shape: [-1, 5] }), "has no valid shape"],
    [
      "a huge shape",
      (json) => Object.assign(weight(json), { shape: [2 ** 31, 2 ** 20] }),
      "bytes of weights, expected at most 4294967296",
    ],
    [
      "a type that tfjs lacks",
      (json) => Object.assign(weight(json), { dtype: "int64" }),
      'has the type "int64", expected float32, int32 or bool',
    ],
    [
      "a quantization without scale",
      (json) => Object.assign(weight(json), { quantization: { dtype: "uint8" } }),
      "a quantization without scale and min",
    ],
    [
      "a weight that is listed twice",
      (json) => json.weightsManifest[0]?.weights.push(weight(json)),
      "is listed twice",
    ],
    [
      "a layer larger than the files",
      (json) => Object.assign(json.modelTopology.config.layers[0]?.config ?? {}, { units: 2 ** 30 }),
      "describes more parameters than the files have",
    ],
    [
      "a layer without weights in the files",
      (json) =>
        json.modelTopology.config.layers.push({ class_name: "Dense", config: { name: "more", units: 3 } }),
      '0 weights for the layer "more", which has 2',
    ],
    [
      "weights without a layer",
      (json) => json.modelTopology.config.layers.pop(),
      'no layer for the weight "head/kernel"',
    ],
    ["no topology", (json) => Object.assign(json, { modelTopology: null }), 'has no "modelTopology"'],
    [
      "no list of weights",
      (json) => Object.assign(json, { weightsManifest: [{}] }),
      "a group of weights has no list of paths",
    ],
    [
      "a name that no tensor may have",
      (json) =>
        json.modelTopology.config.layers.push({ class_name: "Dense", config: { name: "=more", units: 3 } }),
      "tfjs cannot build the model: Not a valid tensor name: '=more/kernel",
    ],
    [
      "options that tfjs refuses",
      (json) => Object.assign(json.modelTopology.config.layers[0]?.config ?? {}, { activation: "nonsense" }),
      "tfjs cannot build the model: Unknown activation: nonsense",
    ],
  ])("%s", async (_, change, problem) => {
    edit(change);
    await refused(problem);
  });

  it("of a graph model", async () => {
    edit((json) => Object.assign(json, { format: "graph-model", modelTopology: { node: [] } }));
    await refused(/is a graph model.*--output_format=tfjs_layers_model/, UnsupportedModelError);
  });

  it("with layers without class: all of them are listed", async () => {
    edit(({ modelTopology: { config } }) =>
      config.layers.push(
        { class_name: "Lambda", config: { name: "a" } },
        { class_name: "Mine", config: { name: "b" } },
      ),
    );
    await refused("a (Lambda), b (Mine)", UnsupportedModelError);
  });

  it.each([
    ["<!DOCTYPE html>", 'is neither JSON nor a Keras file: it starts with "<!DOCTYPE html>"'],
    ["[1]", "it is not an object"],
    ["", "is neither JSON nor a Keras file"],
  ])("that holds %j", async (text, problem) => {
    fs.writeFileSync(file("model.json"), text);
    await refused(problem);
  });

  it.each(['!function(e){"object"==typeof exports}(0)', "module.exports = {};"])(
    "that is a program: %s",
    async (text) => {
      fs.writeFileSync(file("model.json"), text);
      await refused("is a JavaScript program that holds a model", UnsupportedModelError);
    },
  );

  it("that a folder lacks", async () => {
    fs.renameSync(file("model.json"), file("model.min.js"));
    await refused(`contains no model.json, but ${only}, model.min.js: pass the path`);
  });

  it("of 200 MB", async () => {
    fs.truncateSync(file("model.json"), 200e6);
    await refused("has 200000000 bytes, expected at most 67108864");
  });

  it("that nests a hundred thousand models", async () => {
    const deep = `${'{"class_name":"Sequential","config":{"layers":['.repeat(1e5)}${"]}}".repeat(1e5)}`;
    fs.writeFileSync(file("model.json"), `{"modelTopology":${deep}}`);
    await refused("tfjs cannot build the model");
  });

  it("that is missing", async () => {
    await expect(loadModel(file("nothing"))).rejects.toThrow(
      /nothing" cannot be read: there is no such file/,
    );
  });
});

describe("Keras files", () => {
  const keras = (name: string): Buffer =>
    gunzipSync(fs.readFileSync(path.join(import.meta.dirname, "fixtures", name)));
  const load = (bytes: Uint8Array) => loadModel(new File([new Uint8Array(bytes)], "model.keras"));

  it.each(["keras3-images.keras.gz", "keras3-images.h5.gz"])(
    "%s, cut or damaged at many places",
    async (name) => {
      const bytes = keras(name);
      const before = tf.memory().numTensors;
      for (let i = 1; i < 24; i++) {
        await expect(load(bytes.subarray(0, (i / 24) * bytes.length))).rejects.toThrow(ModelFileError);
        const damaged = Buffer.from(bytes);
        const at = Math.floor((i / 24) * bytes.length);
        damaged.fill(0xff, at, at + 64);
        const loading = load(damaged);
        // HDF5 has no checksums of its own.
        if (name.includes(".keras")) await expect(loading).rejects.toThrow(ModelFilesError);
        else await loading.then(disposeModel, (error) => expect(error).toBeInstanceOf(ModelFilesError));
      }
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  it.each([0, Number.NaN, 2 ** 31])("a time limit of %d ms is refused", async (timeoutMs) => {
    const loading = loadModel(new File([new Uint8Array(keras("keras2-sequential.h5.gz"))], "a.h5"), {
      timeoutMs,
    });
    await expect(loading).rejects.toThrow(`timeoutMs is ${timeoutMs}, expected a number of milliseconds`);
  });

  it("two at a time are read by two threads", async () => {
    const models = await Promise.all([1, 2].map(() => load(keras("keras2-sequential.h5.gz"))));
    expect(models.map((model) => model.countParams())).toEqual([
      models[0]?.countParams(),
      models[0]?.countParams(),
    ]);
    models.forEach(disposeModel);
  });

  it("a zip that is no model, and a zip that would unpack to gigabytes", async () => {
    await expect(load(zipSync({ "a.txt": new Uint8Array(3) }))).rejects.toThrow(
      "without config.json or model.weights.h5",
    );
    const bomb = zipSync({ "config.json": new Uint8Array(2 ** 26 + 1) });
    await expect(load(bomb)).rejects.toThrow("has 67108865 bytes, expected at most 67108864");
  });
});
