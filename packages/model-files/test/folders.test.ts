/** Models in folders: what stock tfjs makes of them, and of what it wrote. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { loadModel, saveModel } from "@secateur/model-files";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { afterEach, beforeEach, expect, it } from "vitest";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "model-files-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

function network(): tfl.LayersModel {
  return tfl.sequential({
    layers: [
      tfl.layers.conv2d({ filters: 4, kernelSize: 3, activation: "relu6", inputShape: [8, 8, 3] }),
      tfl.layers.batchNormalization(),
      tfl.layers.flatten(),
      tfl.layers.dense({ units: 5, activation: "softmax" }),
    ],
  });
}

function outputs(model: tfl.LayersModel): Float32Array {
  return tf.tidy(() =>
    (model.predict(tf.randomNormal([2, 8, 8, 3], 0, 1, "float32", 7)) as tf.Tensor).dataSync<"float32">(),
  );
}

it("a saved model is loaded again, bit for bit", async () => {
  const model = network();
  await saveModel(model, folder);
  expect(fs.readdirSync(folder).sort()).toEqual(["group1-shard1of1.bin", "model.json"]);
  const loaded = await loadModel(folder);
  expect(outputs(loaded)).toEqual(outputs(model));
  await saveModel(model, folder);
  expect(fs.readdirSync(folder).sort()).toEqual(["group2-shard1of1.bin", "model.json"]);
  loaded.dispose();
  model.dispose();
});
