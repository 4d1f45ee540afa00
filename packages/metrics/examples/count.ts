/** Counts the cost of a network and compares two rankings. */
import { useBackend } from "@secateur/backend";
import { byteSize, countMacs, countParameters, measureLatency, spearman } from "@secateur/metrics";
import * as tfl from "@tensorflow/tfjs-layers";

await useBackend("wasm");

const model = tfl.sequential({
  layers: [
    tfl.layers.conv2d({ name: "conv", filters: 16, kernelSize: 3, padding: "same", inputShape: [32, 32, 3] }),
    tfl.layers.globalAveragePooling2d({ name: "pool" }),
    tfl.layers.dense({ name: "head", units: 10 }),
  ],
});

console.log(countMacs(model).total, "multiply-adds per image"); // 3·3·3·16 · 32·32 + 16·10
console.log(countParameters(model).trainable, "parameters,", byteSize(model), "bytes");
const { perImageMs } = await measureLatency(model, { batch: 8, repeats: 3 });
console.log(perImageMs > 0 ? "milliseconds per image: depends on the machine" : "");
console.log(spearman([0.1, 0.4, 0.2], [1, 9, 3])); // rank correlation

model.dispose();
