/** ImageNet, decoded a few minibatches ahead and cropped as torchvision does. */
import { printWarning } from "@secateur/base";
import {
  centerCrop,
  type ImageBatchOptions,
  imageBatches,
  imagenetStatistics,
  prefetch,
  randomResizedCrop,
} from "@secateur/datasets";
import type { Batches } from "@secateur/training";
import type { BatchSizes, BatchSource, ImageSettings } from "./batch-source.ts";
import { findFolders, type ImagenetFolders } from "./imagenet-folders.ts";

type Options = Omit<ImageBatchOptions, "normalize" | "decoding" | "onCorrupt">;

export async function imagenetBatches(
  settings: ImageSettings,
  { batchSize, evaluationBatchSize, scoringBatches, imageSize: size = 224 }: BatchSizes,
): Promise<BatchSource> {
  const { train, test } = await findFolders(settings);
  const skipped = new Set<string>();
  const always = {
    normalize: imagenetStatistics,
    decoding: settings.decode ?? "exact",
    onCorrupt: ({ message }: Error) => {
      if (!skipped.has(message)) printWarning(`Skipped an image: ${message}`);
      skipped.add(message);
    },
  };
  const read = (images: ImagenetFolders["train"], options: Options): Batches =>
    prefetch(imageBatches(images, { ...options, ...always }));
  return {
    trainCount: train.count,
    testCount: test.count,
    scoringCount: Math.min(train.count, scoringBatches * batchSize),
    stepsPerEpoch: Math.max(1, Math.floor(train.count / batchSize)),
    normalizations: ["imagenet"],
    training:
      (seed) =>
      (epoch, skip = 0) =>
        read(train, {
          batchSize,
          crop: randomResizedCrop({ size }),
          seed,
          epoch,
          skip: skip * batchSize,
          shuffle: true,
          dropLast: train.count >= batchSize,
        }),
    scoring: (seed) =>
      read(train, {
        batchSize,
        crop: centerCrop({ size }),
        seed: seed + 1000,
        shuffle: true,
        limit: scoringBatches * batchSize,
      }),
    skipped: () => [...skipped],
    test: () => read(test, { batchSize: evaluationBatchSize, crop: centerCrop({ size }) }),
  };
}
