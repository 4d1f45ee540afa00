/** Prune a network to half of its multiply-adds: at once, and by the paper's loop while it trains. */
import { useBackend } from "@secateur/backend";
import { criteria } from "@secateur/criteria";
import { prune, pruneOnce } from "@secateur/pruner";
import { type Batch, sgd } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";

await useBackend("wasm");

const init = (seed: number) => ({ kernelInitializer: tfl.initializers.heNormal({ seed }) });
const model = tfl.sequential({
  layers: [
    tfl.layers.conv2d({
      name: "conv1",
      filters: 8,
      kernelSize: 3,
      activation: "relu",
      inputShape: [12, 12, 1],
      ...init(1),
    }),
    tfl.layers.conv2d({ name: "conv2", filters: 8, kernelSize: 3, activation: "relu", ...init(2) }),
    tfl.layers.globalAveragePooling2d({ name: "pool" }),
    tfl.layers.dense({ name: "head", units: 2, activation: "softmax", ...init(3) }),
  ],
});

/** Noise of two strengths; the epoch's number decides its batches. */
function* data(epoch: number): Generator<Batch> {
  for (let i = 0; i < 8; i++) {
    const ys = tf.tensor1d(
      [...Array(16).keys()].map((n) => n % 2),
      "int32",
    );
    const strength = tf.tidy(() => tf.reshape(tf.add(ys, 1), [16, 1, 1, 1]));
    const noise = tf.randomNormal([16, 12, 12, 1], 0, 1, "float32", 1 + 8 * epoch + i);
    const xs = tf.mul(noise, strength);
    tf.dispose([strength, noise]);
    yield { xs, ys };
  }
}

const once = await pruneOnce(model, {
  criterion: criteria.taylorGate(),
  data,
  budget: { macs: 0.5 },
});
console.log(
  "at once:",
  once.model
    .getWeights()
    .map(({ shape }) => `[${shape}]`)
    .slice(0, 3)
    .join(" "),
);

const optimizer = sgd({ learningRate: 0.01, momentum: 0.9 });
const schedule = { frequency: 4, unitsPerRemoval: 2, fineTuneEpochs: 1 };
for await (const event of prune(model, {
  criterion: criteria.taylorGate(),
  data,
  budget: { macs: 0.5 },
  schedule,
  optimizer,
})) {
  if (event.type === "removal") console.log(`${event.removed} units removed, ${event.left.units} left`);
  if (event.type !== "done") continue;
  console.log(`done: ${event.left.macs} multiply-adds left`); // event.model is the smaller one
  event.model.dispose();
}

optimizer.dispose();
once.model.dispose();
model.dispose();
