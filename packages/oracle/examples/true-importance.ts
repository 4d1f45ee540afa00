/** Compares the measured cost of removing each unit with a criterion's estimate. */
import { useBackend } from "@secateur/backend";
import { criteria, score } from "@secateur/criteria";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { bestCurve, lossChanges, subsetLosses } from "@secateur/oracle";
import { type Batch, fit, sgd } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";

await useBackend("wasm");

const init = (seed: number) => ({ kernelInitializer: tfl.initializers.heNormal({ seed }) });
const model = tfl.sequential({
  layers: [
    tfl.layers.dense({ name: "fc", units: 6, activation: "relu", inputShape: [2], ...init(1) }),
    tfl.layers.dense({ name: "out", units: 2, activation: "softmax", ...init(2) }),
  ],
});

/** Points, labelled by whether they are inside the unit circle. */
function* points(epoch: number): Generator<Batch> {
  for (let i = 0; i < 10; i++) {
    const xs = tf.randomUniform([64, 2], -1.5, 1.5, "float32", 1 + 100 * epoch + i);
    yield { xs, ys: tf.tidy(() => tf.cast(tf.less(tf.sum(tf.square(xs), 1), 1), "int32")) };
  }
}

const optimizer = sgd({ learningRate: 0.3, momentum: 0.9 });
for await (const _ of fit(model, points, { epochs: 10, optimizer }));
optimizer.dispose();

const graph = buildDependencyGraph(model);
const estimate = await score(model, graph, criteria.taylorMargin(), points(99), { mode: "eval" });
for await (const { group, loss, changes } of lossChanges(graph, () => points(99))) {
  console.log(`loss ${loss.toFixed(1)}; changes without each unit of ${group}, measured and estimated:`);
  console.log(Array.from(changes, (change) => change.toFixed(1)).join(" "));
  console.log(Array.from(estimate.get(group) ?? [], (change) => change.toFixed(1)).join(" "));
}

const losses: number[] = [];
for await (const chunk of subsetLosses(graph, "fc", () => points(99))) losses.push(...chunk.losses);
console.log(`the smallest loss with 0, 1, 2 … units removed:`);
console.log(
  bestCurve(losses)
    .map((loss) => loss.toFixed(1))
    .join(" "),
);

model.dispose();
