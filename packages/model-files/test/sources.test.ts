/** Models on a server, chosen in a browser, or in a browser's storage; and layers of the user's own. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { loadModel, modelFiles, saveModel } from "@secateur/model-files";
import { disposeModel } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let model: tfl.LayersModel;
let files: ReadonlyMap<string, Uint8Array>;
beforeEach(async () => {
  // Two Sequentials in a Sequential, as Teachable Machine saves them.
  const conv = tfl.layers.conv2d({ name: "conv", filters: 2, kernelSize: 3, inputShape: [4, 4, 1] });
  const features = tfl.sequential({ layers: [conv, tfl.layers.globalAveragePooling2d({})] });
  const dense = tfl.layers.dense({ name: "dense", units: 3, inputShape: [2], useBias: false });
  model = tfl.sequential({ layers: [features, tfl.sequential({ layers: [dense] })] });
  files = await modelFiles(model);
});
afterEach(() => disposeModel(model));

async function expectSame(loading: Promise<tfl.LayersModel>): Promise<void> {
  const loaded = await loading;
  const outputs = [model, loaded].map((each) =>
    tf.tidy(() => (each.predict(tf.ones([1, 4, 4, 1])) as tf.Tensor).dataSync()),
  );
  expect(outputs[1]).toEqual(outputs[0]);
  disposeModel(loaded);
}

const chosen = (): File[] => [...files].map(([name, bytes]) => new File([new Uint8Array(bytes)], name));

describe("a server", () => {
  const requests: string[] = [];
  const fetchFrom =
    (base: string, change = (_name: string, bytes: Uint8Array) => bytes): typeof fetch =>
    async (url) => {
      requests.push(String(url));
      const { pathname } = new URL(String(url));
      const name = pathname.slice(base.length);
      const bytes = pathname.startsWith(base) ? files.get(name) : undefined;
      return bytes === undefined
        ? new Response("", { status: 404 })
        : new Response(new Uint8Array(change(name, bytes)));
    };
  beforeEach(() => void requests.splice(0));

  it("by the URL of model.json or of its folder; a query goes with every request", async () => {
    await expectSame(loadModel("https://host/a/model.json?token=1", { fetch: fetchFrom("/a/") }));
    await expectSame(loadModel("https://host/a/", { fetch: fetchFrom("/a/") }));
    await expectSame(loadModel(new URL("http://host/a/model.json"), { fetch: fetchFrom("/a/") }));
    expect(requests.slice(0, 2)).toEqual([
      "https://host/a/model.json?token=1",
      "https://host/a/group1-shard1of1.bin?token=1",
    ]);
  });

  it("that lacks the file, is gone, or sends another length", async () => {
    await expect(loadModel("https://host/b/model.json", { fetch: fetchFrom("/a/") })).rejects.toThrow(
      "https://host/b/model.json cannot be downloaded: the server answers 404",
    );
    const gone = () => Promise.reject(new TypeError("fetch failed"));
    await expect(loadModel("https://host/model.json", { fetch: gone })).rejects.toThrow(
      "cannot be downloaded: TypeError: fetch failed",
    );
    const isWeights = (name: string): boolean => name.endsWith(".bin");
    const cut = fetchFrom("/", (name, bytes) => (isWeights(name) ? bytes.subarray(1) : bytes));
    await expect(loadModel("https://host/model.json", { fetch: cut })).rejects.toThrow(
      /has 103 bytes, expected 104/,
    );
    const longer = fetchFrom("/", (name, bytes) => (isWeights(name) ? new Uint8Array(1e6) : bytes));
    await expect(loadModel("https://host/model.json", { fetch: longer })).rejects.toThrow(
      "has more bytes, expected at most 104",
    );
  });
});

describe("chosen files", () => {
  it("in any order, with others among them", async () => {
    const metadata = new File(['{"labels":["a"]}'], "metadata.json");
    await expectSame(loadModel([metadata, ...chosen().reverse()]));
  });

  it("without weights, without model, with two models", async () => {
    const [weights, json] = chosen() as [File, File];
    await expect(loadModel([json])).rejects.toThrow('"group1-shard1of1.bin" was chosen 0 times');
    await expect(loadModel([weights])).rejects.toThrow("is neither JSON nor a Keras file");
    await expect(loadModel([])).rejects.toThrow("0 files were chosen");
    const others = [new File([], "a.json"), new File([], "b.json")];
    await expect(loadModel(others)).rejects.toThrow("2 files were chosen, 2 of which can be the model");
  });
});

it("a browser's storage, where there is one", async () => {
  const stored = new Map<string, string>();
  const handlers = {
    save: async (artifacts: tf.io.ModelArtifacts) => {
      stored.set(
        "model",
        JSON.stringify({
          ...artifacts,
          weightData: [...new Uint8Array(artifacts.weightData as ArrayBuffer)],
        }),
      );
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" as const } };
    },
    load: async () => {
      const { weightData, ...rest } = JSON.parse(stored.get("model") ?? "");
      return { ...rest, weightData: Uint8Array.from(weightData).buffer };
    },
  };
  await expect(loadModel("indexeddb://model")).rejects.toThrow(
    "indexeddb://model is a place in a browser, and this is none",
  );
  await expect(saveModel(model, "localstorage://model")).rejects.toThrow("use a folder");
  let isBrowser = true;
  const router = (url: string | string[]) =>
    isBrowser && String(url).startsWith("indexeddb://") ? handlers : null;
  tf.io.registerLoadRouter(router as Parameters<typeof tf.io.registerLoadRouter>[0]);
  tf.io.registerSaveRouter(router as Parameters<typeof tf.io.registerSaveRouter>[0]);
  await saveModel(model, "indexeddb://model");
  await expectSame(loadModel("indexeddb://model"));
  isBrowser = false;
});

it("another source is refused", async () => {
  await expect(loadModel(3 as unknown as string)).rejects.toThrow(
    "the source is 3, expected a path, a URL, or files",
  );
});

class Double extends tfl.layers.Layer {
  static className = "DoubleOfTest";
  override computeOutputShape(shape: tfl.Shape): tfl.Shape {
    return shape;
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => tf.mul([inputs].flat()[0] as tf.Tensor, 2));
  }
}

it("layers of the user's own, in a Sequential", async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "model-files-"));
  const own = tfl.sequential({ layers: [tfl.layers.dense({ units: 2, inputShape: [2] }), new Double({})] });
  await saveModel(own, folder);
  await expect(loadModel(folder)).rejects.toThrow(
    /tfjs has no equivalent of these layers: double_\w+ \(DoubleOfTest\)/,
  );
  const loaded = await loadModel(folder, { customLayers: [Double] });
  const outputs = [own, loaded].map((each) =>
    tf.tidy(() => (each.predict(tf.ones([1, 2])) as tf.Tensor).dataSync()),
  );
  expect(outputs[1]).toEqual(outputs[0]);
  for (const each of [own, loaded]) disposeModel(each);
  fs.rmSync(folder, { recursive: true });
});
