/** Train a tiny classifier on two threads: is a point inside the unit circle? */
import { useBackend } from "@secateur/backend";
import { startWorkerPool } from "@secateur/data-parallel";
import { type Batch, evaluate, fit, sgd } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";

await useBackend("wasm");

const kernel = (seed: number) => tfl.initializers.heNormal({ seed });
const model = tfl.sequential({
  layers: [
    tfl.layers.dense({ units: 16, useBias: false, inputShape: [2], kernelInitializer: kernel(1) }),
    tfl.layers.batchNormalization({ momentum: 0.9 }),
    tfl.layers.reLU(),
    tfl.layers.dense({ units: 2, activation: "softmax", kernelInitializer: kernel(2) }),
  ],
});

function* points(epoch: number): Generator<Batch> {
  for (let i = 0; i < 20; i++) {
    const xs = tf.randomUniform([64, 2], -1.5, 1.5, "float32", 1 + 100 * epoch + i);
    yield { xs, ys: tf.tidy(() => tf.cast(tf.less(tf.sum(tf.square(xs), 1), 1), "int32")) };
  }
}

const pool = await startWorkerPool(model, { workers: 2 });
const optimizer = sgd({ learningRate: 0.3, momentum: 0.9 });
for await (const event of fit(model, points, { epochs: 5, optimizer, takeStep: pool.trainStep })) {
  if (event.type === "epoch") console.log(`epoch ${event.epoch}: loss ${event.loss.toFixed(1)}`);
}
await pool.dispose();

const { accuracy } = await evaluate(model, points(99));
console.log(accuracy > 0.9 ? "learned" : "not learned");

optimizer.dispose();
model.dispose();
