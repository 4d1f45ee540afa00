/** Removes two filters from a network and verifies the result. */
import { useBackend } from "@secateur/backend";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { applyPlan, createPlan, parsePlan, verifyPlan } from "@secateur/surgery";
import * as tfl from "@tensorflow/tfjs-layers";

await useBackend("wasm");

const model = tfl.sequential({
  layers: [
    tfl.layers.conv2d({
      name: "conv",
      filters: 8,
      kernelSize: 3,
      activation: "relu",
      inputShape: [16, 16, 3],
    }),
    tfl.layers.flatten({ name: "flatten" }),
    tfl.layers.dense({ name: "head", units: 10, activation: "softmax" }),
  ],
});

const plan = createPlan(buildDependencyGraph(model), [["conv", [0, 5]]]);
const smaller = applyPlan(model, plan); // a new, ordinary tf.LayersModel
console.log(smaller.weights.map(({ originalName, shape }) => `${originalName} [${shape}]`).join("\n"));

const { relativeError } = await verifyPlan(model, plan); // throws if the outputs differ
console.log(relativeError < 1e-4 ? "verified" : "wrong");

const again = parsePlan(JSON.stringify(plan)); // a plan is plain JSON
console.log(again.remove);

model.dispose();
smaller.dispose();
