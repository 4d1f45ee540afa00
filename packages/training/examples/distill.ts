/** A small student learns from a teacher's outputs on points without labels; the best averaged weights are kept. */
import { useBackend } from "@secateur/backend";
import {
  type Batch,
  cosine,
  distillation,
  evaluate,
  fit,
  keepBest,
  type ModelMetric,
  sgd,
  warmup,
  weightAverage,
  withTeacher,
} from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";

await useBackend("wasm");

const network = (units: number, seed: number) => {
  const init = (i: number) => ({ kernelInitializer: tfl.initializers.heNormal({ seed: seed + i }) });
  const hidden = tfl.layers.dense({ units, activation: "relu", inputShape: [2], ...init(0) });
  return tfl.sequential({
    layers: [hidden, tfl.layers.dense({ units: 2, activation: "softmax", ...init(1) })],
  });
};

function* points(epoch: number): Generator<{ xs: tf.Tensor }> {
  for (let i = 0; i < 20; i++)
    yield { xs: tf.randomUniform([32, 2], -1.5, 1.5, "float32", 1 + 100 * epoch + i) };
}

/** Inside or outside the unit circle? */
function* labelled(epoch: number): Generator<Batch> {
  for (const { xs } of points(epoch))
    yield { xs, ys: tf.tidy(() => tf.cast(tf.less(tf.sum(tf.square(xs), 1), 1), "int32")) };
}

const teacher = network(64, 1);
const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
for await (const _ of fit(teacher, labelled, { epochs: 10, optimizer }));

const student = network(8, 3);
const average = weightAverage(student, { decay: 0.99 });
optimizer.dispose(); // the student starts without the teacher's momentum
const training = fit(student, (epoch) => withTeacher(teacher, points(epoch)), {
  epochs: 20,
  optimizer,
  schedule: warmup(0.1, cosine()),
  stepsPerEpoch: 20,
  loss: distillation({ temperature: 2, weight: 1 }), // weight 1: the teacher alone
  average,
});
const metric: ModelMetric = async (model) => (await evaluate(model, labelled(99))).accuracy;
let best = 0;
for await (const event of keepBest(student, training, { metric, patience: 10, average }))
  if (event.type === "validation" && event.isBest) best = event.value;

const { accuracy } = await evaluate(student, labelled(99));
console.log(accuracy === best && accuracy > 0.9 ? "the student has learned" : "the student has not learned");

for (const each of [optimizer, average, teacher, student]) each.dispose();
