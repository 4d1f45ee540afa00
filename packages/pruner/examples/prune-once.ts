import { useBackend } from "@secateur/backend";
import { criteria } from "@secateur/criteria";
import { pruneOnce } from "@secateur/pruner";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";

await useBackend("auto"); // WebAssembly

// Instead: your model, for instance from tfl.loadLayersModel(url), and a few of its minibatches.
const model = tfl.sequential({
  layers: [
    tfl.layers.conv2d({ filters: 32, kernelSize: 3, activation: "relu", inputShape: [32, 32, 3] }),
    tfl.layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu" }),
    tfl.layers.globalAveragePooling2d({}),
    tfl.layers.dense({ units: 10, activation: "softmax" }),
  ],
});
const data = [{ xs: tf.randomNormal([10, 32, 32, 3]), ys: tf.range(0, 10, 1, "int32") }];

const pruned = await pruneOnce(model, {
  criterion: criteria.obd(), // for removing many units at once; taylorGate() is the paper's, for pruning during training
  data, // { xs: images, ys: classes }
  budget: { macs: 0.5 }, // remove half of the multiply-adds
  selection: { roundTo: 8 }, // keep multiples of 8 filters, which engines compute fastest
});
const { original, left } = pruned;
const isHalved = Number(left.macs) <= Number(original.macs) / 2; // null for a model with open input sizes
console.log(`${original.macs} multiply-adds before, at most half after: ${isHalved}`);
// `pruned.model` is an ordinary tf.LayersModel: compile and fit it, save it, load it anywhere.
pruned.model.dispose();
model.dispose();
