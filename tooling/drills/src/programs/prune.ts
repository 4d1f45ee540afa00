/** `secateur prune` on a small network, over an earlier result. It starts again after an interruption. */
import fs from "node:fs";
import path from "node:path";
import { saveModel } from "@secateur/model-files";
import * as tfl from "@tensorflow/tfjs-layers";
import { writeClassFolders } from "./generated-images.ts";
import type { DrilledProgram } from "./program.ts";

export const prune: DrilledProgram = {
  file: "packages/secateur/src/main.ts",
  async prepare(inputs) {
    const model = smallModel();
    await saveModel(model, path.join(inputs, "model"));
    model.dispose();
    await writeClassFolders(path.join(inputs, "images"), 5);
  },
  placeEarlier: (inputs, out) => fs.cpSync(path.join(inputs, "model"), out, { recursive: true }),
  start: (inputs, out, engine) => [
    ...["prune", path.join(inputs, "model"), "--images", path.join(inputs, "images")],
    ...["--macs", "0.4", "--no-compensate", "--engine", engine, "--out", out, "--force"],
  ],
  resume: () => null,
  isWhole: (out) => fs.existsSync(path.join(out, "model.json")) && weightsOf(out).length > 0,
  results(out) {
    const names = fs.readdirSync(out).sort();
    const read = (name: string): Buffer => fs.readFileSync(path.join(out, name));
    const plan = JSON.parse(read("plan.json").toString());
    const { modelTopology, weightsManifest } = JSON.parse(read("model.json").toString());
    return { names, plan, modelTopology, weightsManifest, weights: weightsOf(out) };
  },
};

function weightsOf(folder: string): readonly number[] {
  const bytes = fs.readFileSync(path.join(folder, "group1-shard1of1.bin"));
  return [...new Float32Array(Uint8Array.from(bytes).buffer)];
}

function smallModel(): tfl.LayersModel {
  const init = (seed: number) => ({ kernelInitializer: tfl.initializers.heNormal({ seed }) });
  return tfl.sequential({
    name: "small",
    layers: [
      tfl.layers.conv2d({ name: "conv1", filters: 12, kernelSize: 3, inputShape: [12, 12, 3], ...init(1) }),
      tfl.layers.batchNormalization({ name: "bn1" }),
      tfl.layers.reLU({ name: "relu1" }),
      tfl.layers.conv2d({ name: "conv2", filters: 16, kernelSize: 3, activation: "relu", ...init(2) }),
      tfl.layers.globalAveragePooling2d({ name: "pool" }),
      tfl.layers.dense({ name: "classes", units: 3, activation: "softmax", ...init(3) }),
    ],
  });
}
