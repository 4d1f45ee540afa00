/** Pictures in one folder for each class, read from disk as they are needed, with the augmentation of ImageNet. */
import { useBackend } from "@secateur/backend";
import {
  imageFolder,
  imagenetStatistics,
  pictureBatches,
  prefetch,
  randomResizedCrop,
} from "@secateur/datasets";
import * as tf from "@tensorflow/tfjs-core";

/** Goes through an epoch of training pictures, `directory`/<class>/<picture>, and counts them. */
export async function readOneEpoch(directory: string): Promise<number> {
  await useBackend("wasm");
  const train = await imageFolder(directory); // ImageNet: await imagenet("/data/imagenet", "train")
  const epoch = pictureBatches(train, {
    batchSize: 64,
    crop: randomResizedCrop({ size: 224 }), // to evaluate: centerCrop({ size: 224 }), and no shuffle
    shuffle: true,
    seed: 1,
    epoch: 0,
    normalize: imagenetStatistics,
  });
  let seen = 0;
  for await (const { xs, ys } of prefetch(epoch, 2)) {
    seen += xs.shape[0]; // xs [64, 224, 224, 3] float32, ys [64] int32
    tf.dispose([xs, ys]);
  }
  return seen;
}
