/** `secateur prune` on a small network, over an earlier result. It starts again after an interruption. */
import fs from "node:fs";
import path from "node:path";
import { smallModel } from "@repo/testing/small-model";
import { saveModel } from "@secateur/model-files";
import { writeClassFolders } from "./generated-images.ts";
import type { DrilledProgram } from "./program.ts";

export const prune: DrilledProgram = {
  file: "packages/secateur/src/main.js",
  async prepare(inputs) {
    const model = smallModel(3);
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
