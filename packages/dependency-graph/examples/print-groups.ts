/** Prints the groups of a small residual network. */
import { useBackend } from "@secateur/backend";
import { buildDependencyGraph, describeGraph } from "@secateur/dependency-graph";
import * as tfl from "@tensorflow/tfjs-layers";

await useBackend("wasm");

const image = tfl.input({ shape: [32, 32, 3], name: "image" });
const stem = tfl.layers
  .conv2d({ name: "stem", filters: 16, kernelSize: 3, padding: "same" })
  .apply(image) as tfl.SymbolicTensor;
const inner = tfl.layers.conv2d({ name: "inner", filters: 8, kernelSize: 3, padding: "same" }).apply(stem);
const back = tfl.layers
  .conv2d({ name: "back", filters: 16, kernelSize: 1 })
  .apply(inner) as tfl.SymbolicTensor;
const sum = tfl.layers.add({ name: "sum" }).apply([stem, back]);
const pooled = tfl.layers.globalAveragePooling2d({ name: "pool" }).apply(sum);
const classes = tfl.layers
  .dense({ name: "head", units: 10, activation: "softmax" })
  .apply(pooled) as tfl.SymbolicTensor;
const model = tfl.model({ inputs: image, outputs: classes });

const graph = buildDependencyGraph(model);
console.log(describeGraph(graph));

model.dispose();
