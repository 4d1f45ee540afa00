/** Uses native TensorFlow where it is installed and works, else WebAssembly, and times a convolution's gradients. */
import { describeEngine, useBackend } from "@secateur/backend";
import { nativeEngines } from "@secateur/native-engine";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-layers"; // registers tfjs's gradients

const report = await useBackend("auto", { engines: nativeEngines });
console.log(describeEngine(report));

const images = tf.randomNormal<tf.Rank.R4>([32, 32, 32, 16]);
const kernel = tf.randomNormal<tf.Rank.R4>([3, 3, 16, 16]);
const gradients = tf.grads((x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, "same"));
const start = performance.now();
for (let i = 0; i < 10; i++) {
  const [dx, dw] = gradients([images, kernel]) as [tf.Tensor, tf.Tensor];
  await dw.data();
  tf.dispose([dx, dw]);
}
console.log(`${((performance.now() - start) / 10).toFixed(1)} ms for both gradients`);
tf.dispose([images, kernel]);
