/** Scores the filters of a network by the paper's gate criterion and by a custom criterion. */
import { useBackend } from "@secateur/backend";
import { criteria, defineCriterion, scoreAll } from "@secateur/criteria";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";

await useBackend("wasm");

const model = tfl.sequential({
  layers: [
    tfl.layers.conv2d({
      name: "conv",
      filters: 4,
      kernelSize: 3,
      activation: "relu",
      inputShape: [8, 8, 1],
      kernelInitializer: tfl.initializers.heNormal({ seed: 1 }),
    }),
    tfl.layers.globalAveragePooling2d({ name: "pool" }),
    tfl.layers.dense({
      name: "head",
      units: 2,
      activation: "softmax",
      kernelInitializer: tfl.initializers.heNormal({ seed: 2 }),
    }),
  ],
});

const tenthPower = defineCriterion({
  name: "tenth-power",
  observes: [], // with [gradients()], `gradient` is available next to `value`
  score: (group) => group.sum(["kernel"], ({ value }) => tf.pow(value, 10)),
});

const batch = {
  xs: tf.randomNormal([32, 8, 8, 1], 0, 1, "float32", 3),
  ys: tf.tensor1d(
    [...Array(32).keys()].map((i) => i % 2),
    "int32",
  ),
};
const graph = buildDependencyGraph(model);
const scores = await scoreAll(model, graph, [criteria.taylorGate(), tenthPower], [batch]); // disposes the batch
for (const [name, groups] of scores) {
  const values = groups.get("conv") ?? new Float32Array();
  console.log(name, Array.from(values, (score) => score.toExponential(0)).join(" "));
}

model.dispose();
