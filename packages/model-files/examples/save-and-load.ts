/** Saves a network with 8-bit weights and loads it again: on any engine, without tfjs-node. */
import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { useBackend } from "@secateur/backend";
import { loadModel, modelBytes, quantizationOf, saveModel } from "@secateur/model-files";
import * as tfl from "@tensorflow/tfjs-layers";

await useBackend("wasm");

const model = tfl.sequential({
  layers: [
    tfl.layers.conv2d({ name: "conv", filters: 64, kernelSize: 3, inputShape: [32, 32, 3] }),
    tfl.layers.globalAveragePooling2d({ name: "pool" }),
    tfl.layers.dense({ name: "head", units: 100 }),
  ],
});
const folder = await mkdtemp(join(tmpdir(), "model-"));
await saveModel(model, folder, { quantize: "uint8" });
console.log((await readdir(folder)).join(", "));

const loaded = await loadModel(folder); // or a URL, chosen files, a .h5 or .keras file
console.log(loaded.countParams(), "parameters, stored as", quantizationOf(loaded));
const saving = (await modelBytes(loaded)) - (await modelBytes(loaded, { quantize: quantizationOf(loaded) }));
console.log(saving > 20_000 ? "20 kB smaller than as float32" : "");

model.dispose();
loaded.dispose();
