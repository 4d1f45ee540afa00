/** Saves a network's weights as safetensors, loads them into another network and compares the outputs. */
import { createModel, loadWeights, saveWeights } from "@secateur/models";
import * as tf from "@tensorflow/tfjs-core";

export function loadWeightsIntoAnother(): { readonly weights: number; readonly difference: number } {
  const trained = createModel("resnet20", { classes: 10, seed: 1 });
  const bytes = saveWeights(trained); // or a .safetensors, .pt, .pth or .th file: await readFile("resnet20.th")

  const model = createModel("resnet20", { classes: 10, seed: 2 });
  const report = loadWeights(model, bytes); // throws WeightsError unless every weight matches

  const difference = tf.tidy(() => {
    const images = tf.randomUniform([4, 32, 32, 3], -1, 1, "float32", 3); // [batch, height, width, channels]
    const gap = tf.sub(trained.predict(images) as tf.Tensor, model.predict(images) as tf.Tensor);
    return tf.max(tf.abs(gap)).dataSync()[0] ?? Number.NaN;
  });
  trained.dispose();
  model.dispose();
  return { weights: report.loaded.length, difference };
}
