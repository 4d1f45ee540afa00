/** Loads CIFAR-10, which the first call downloads into the cache, and iterates over an epoch of augmented batches. */
import { useBackend } from "@secateur/backend";
import { batches, cifar10Statistics, cropAndFlip, loadCifar10, prefetch, splitOff } from "@secateur/datasets";
import * as tf from "@tensorflow/tfjs-core";

/** Counts the images of one epoch. */
async function loadOneEpoch(): Promise<number> {
  await useBackend("wasm");
  const { train, classes } = await loadCifar10({
    onProgress: ({ phase, done, total }) =>
      process.stderr.write(`\r${phase} ${Math.round((100 * done) / total)} % `),
  });
  const [validation, training] = splitOff(train, 5000, 1);
  console.log(`${training.count} + ${validation.count} images of ${classes.join(", ")}`);

  let seen = 0;
  const epoch = batches(training, {
    batchSize: 128,
    seed: 1,
    epoch: 0,
    shuffle: true,
    augment: cropAndFlip({ padding: 4 }),
    normalize: cifar10Statistics,
  });
  for await (const { xs, ys } of prefetch(epoch, 2)) {
    seen += xs.shape[0]; // xs [128, 32, 32, 3] float32, ys [128] int32
    tf.dispose([xs, ys]);
  }
  return seen;
}

export const seen: number = await loadOneEpoch();
console.log(`${seen} images seen`);
