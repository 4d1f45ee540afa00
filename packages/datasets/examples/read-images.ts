/** Streams images from a folder per class, with ImageNet's augmentation. */
import { useBackend } from "@secateur/backend";
import {
  imageBatches,
  imageFolder,
  imagenetStatistics,
  prefetch,
  randomResizedCrop,
} from "@secateur/datasets";
import * as tf from "@tensorflow/tfjs-core";

/** Iterates over one epoch of `directory`/<class>/<image> and counts the images. */
export async function readOneEpoch(directory: string): Promise<number> {
  await useBackend("wasm");
  const train = await imageFolder(directory); // ImageNet: await imagenet("/data/imagenet", "train")
  const epoch = imageBatches(train, {
    batchSize: 64,
    crop: randomResizedCrop({ size: 224 }), // for evaluation: centerCrop({ size: 224 }) and no shuffle
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
