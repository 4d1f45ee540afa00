/** Removes filters, and refits the layers behind them from unlabelled images. */
import { useBackend } from "@secateur/backend";
import { compensate } from "@secateur/compensation";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { applyPlan, createPlan } from "@secateur/surgery";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";

await useBackend("wasm");

const init = (seed: number) => ({ kernelInitializer: tfl.initializers.heNormal({ seed }) });
const model = tfl.sequential({
  layers: [
    tfl.layers.conv2d({ name: "conv1", filters: 16, kernelSize: 3, inputShape: [8, 8, 3], ...init(1) }),
    tfl.layers.reLU({ name: "relu" }),
    tfl.layers.conv2d({ name: "conv2", filters: 8, kernelSize: 3, ...init(2) }),
    tfl.layers.globalAveragePooling2d({ name: "gap" }),
    tfl.layers.dense({ name: "out", units: 4, activation: "softmax", ...init(3) }),
  ],
});
const images = tf.randomNormal([64, 8, 8, 3], 0, 1, "float32", 4);

const plan = createPlan(buildDependencyGraph(model), [["conv1", [0, 1, 2, 3]]]);
const smaller = applyPlan(model, plan);
const { model: refitted, report } = await compensate(model, smaller, plan, [{ xs: images }]);

for (const { layer } of report.methods[0]?.layers ?? []) console.log(`refitted: ${layer}`);
console.log(`four fifths of the error are gone: ${report.after < 0.2 * report.before}`);

for (const each of [model, smaller, refitted]) each.dispose();
