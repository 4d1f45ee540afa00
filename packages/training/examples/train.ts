/** Trains a small classifier of points: inside or outside the unit circle. */
import { useBackend } from "@secateur/backend";
import { type Batch, cosine, evaluate, fit, sgd } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";

await useBackend("wasm");

const model = tfl.sequential({
  layers: [
    tfl.layers.dense({
      units: 16,
      activation: "relu",
      inputShape: [2],
      kernelInitializer: tfl.initializers.heNormal({ seed: 1 }),
    }),
    tfl.layers.dense({
      units: 2,
      activation: "softmax",
      kernelInitializer: tfl.initializers.heNormal({ seed: 2 }),
    }),
  ],
});

/** The batches depend only on the epoch, so that an interrupted run can continue. */
function* points(epoch: number): Generator<Batch> {
  for (let i = 0; i < 20; i++) {
    const xs = tf.randomUniform([32, 2], -1.5, 1.5, "float32", 1 + 100 * epoch + i);
    yield { xs, ys: tf.tidy(() => tf.cast(tf.less(tf.sum(tf.square(xs), 1), 1), "int32")) };
  }
}

const optimizer = sgd({ learningRate: 0.3, momentum: 0.9 });
for await (const event of fit(model, points, {
  epochs: 10,
  optimizer,
  schedule: cosine(),
  stepsPerEpoch: 20,
})) {
  if (event.type === "epoch" && event.epoch % 3 === 0)
    console.log(`epoch ${event.epoch}: loss ${event.loss.toFixed(1)}`);
}
const { accuracy } = await evaluate(model, points(99));
console.log(accuracy > 0.9 ? "learned" : "not learned");

optimizer.dispose();
model.dispose();
