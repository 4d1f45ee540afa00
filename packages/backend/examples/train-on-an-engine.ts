/** Picks an engine and takes a few gradient steps with the fused operations. */
import { describeEngine, useBackend } from "@secateur/backend";
import { batchNormTraining, softmaxCrossEntropy } from "@secateur/backend/ops";
import "@tensorflow/tfjs-layers"; // registers tfjs's gradients
import * as tf from "@tensorflow/tfjs-core";

/** Trains a tiny network to tell bright images from dark ones; returns its losses. */
export async function trainOnAnEngine(): Promise<number[]> {
  const report = await useBackend("auto");
  console.log(describeEngine(report));

  const images = tf.tidy(() =>
    tf.concat([tf.randomUniform([16, 8, 8, 3], 0.5, 1), tf.randomUniform([16, 8, 8, 3], 0, 0.5)]),
  ) as tf.Tensor4D;
  const labels = tf.tidy(() =>
    tf.oneHot(tf.concat([tf.zeros([16], "int32"), tf.ones([16], "int32")]), 2, 1, 0, "float32"),
  ) as tf.Tensor2D;
  const kernel = tf.tidy(() => tf.variable(tf.randomNormal<tf.Rank.R4>([3, 3, 3, 8], 0, 0.2)));
  const head = tf.tidy(() => tf.variable(tf.randomNormal<tf.Rank.R2>([8, 2], 0, 0.2)));

  const loss = (): tf.Scalar => {
    const { y } = batchNormTraining(tf.conv2d(images, kernel, 1, "same"), null, null, 1e-5);
    const features = tf.mean<tf.Tensor2D>(tf.maxPool(tf.relu(y), 2, 2, "valid"), [1, 2]);
    return tf.mean(softmaxCrossEntropy(tf.matMul(features, head), labels));
  };
  const optimizer = tf.train.sgd(0.5);
  const losses: number[] = [];
  for (let step = 0; step < 20; step++) {
    const value = optimizer.minimize(loss, true);
    losses.push(value?.dataSync()[0] ?? Number.NaN);
    value?.dispose();
  }
  tf.dispose([images, labels, kernel, head]);
  optimizer.dispose();
  return losses;
}

console.log((await trainOnAnEngine()).map((value) => value.toFixed(3)).join(" "));
