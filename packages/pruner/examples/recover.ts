/** Prune only as far as the accuracy allows, then fine-tune with the unpruned model as teacher. */
import { useBackend } from "@secateur/backend";
import { criteria } from "@secateur/criteria";
import { prune } from "@secateur/pruner";
import { type Batch, cosine, evaluate, fit, type ModelMetric, sgd, warmup } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";

await useBackend("wasm");

const init = (seed: number) => ({ kernelInitializer: tfl.initializers.heNormal({ seed }) });
const model = tfl.sequential({
  layers: [
    tfl.layers.dense({ name: "h1", units: 32, activation: "relu", inputShape: [2], ...init(1) }),
    tfl.layers.dense({ name: "h2", units: 32, activation: "relu", ...init(2) }),
    tfl.layers.dense({ name: "out", units: 2, activation: "softmax", ...init(3) }),
  ],
});

/** Inside or outside the unit circle? */
function* data(epoch: number): Generator<Batch> {
  for (let i = 0; i < 20; i++) {
    const xs = tf.randomUniform([32, 2], -1.5, 1.5, "float32", 1 + 100 * epoch + i);
    yield { xs, ys: tf.tidy(() => tf.cast(tf.less(tf.sum(tf.square(xs), 1), 1), "int32")) };
  }
}

const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
for await (const _ of fit(model, data, { epochs: 10, optimizer }));

/** On batches that are not trained on. */
const metric: ModelMetric = async (each) => (await evaluate(each, data(99))).accuracy;
for await (const event of prune(model, {
  criterion: criteria.taylorGate(),
  data,
  budget: { units: 0.95 },
  schedule: { frequency: 5, unitsPerRemoval: 4, fineTuneEpochs: 10 },
  guard: { metric, atLeast: 0.9, onBreach: "slow" },
  recovery: {
    distill: true,
    ema: 0.99,
    schedule: warmup(0.1, cosine()),
    stepsPerEpoch: 20,
    earlyStopping: { metric, patience: 5 },
  },
})) {
  if (event.type !== "done") continue;
  console.log(event.stoppedBy === null ? "budget met" : "stopped by the guard");
  console.log((await metric(event.model)) >= 0.9 ? "accuracy kept" : "accuracy lost");
  event.model.dispose();
}

optimizer.dispose();
model.dispose();
