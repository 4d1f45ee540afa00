/** ImageNet or a user's images, decoded a few minibatches ahead and cropped as torchvision does. */
import { printWarning } from "@secateur/base";
import {
  type Batch,
  centerCrop,
  type EncodedImages,
  type EpochOptions,
  type ImageBatchOptions,
  imageBatches,
  prefetch,
  preprocessingNames,
  randomResizedCrop,
} from "@secateur/datasets";
import type { BatchSizes, BatchSource, ImageSettings } from "./batch-source.ts";
import { findFolders } from "./imagenet-folders.ts";
import { keptBatches, mostInMemory } from "./kept-batches.ts";
import { networkShape } from "./network.ts";
import { type Normalization, statistics } from "./normalization.ts";

type Options = Omit<ImageBatchOptions, "decoding" | "onCorrupt">;
type Read = (images: EncodedImages, options: Options) => AsyncIterable<Batch>;

export async function imagenetBatches(
  settings: ImageSettings,
  { batchSize, evaluationBatchSize, scoringBatches, imageSize }: BatchSizes,
): Promise<BatchSource> {
  const shape = await networkShape(settings);
  const size = imageSize ?? shape.size;
  const { train, test } = await findFolders(settings, shape.classes);
  const skipped = new Set<string>();
  const always = {
    decoding: settings.decode ?? "exact",
    onCorrupt: ({ message }: Error) => {
      if (!skipped.has(message)) printWarning(`Skipped an image: ${message}`);
      skipped.add(message);
    },
  };
  const read: Read = (images, options) => prefetch(imageBatches(images, { ...options, ...always }));
  const isSmall = train.count + test.count <= mostInMemory;
  const scored = centered(train, size, isSmall, read);
  const tested = centered(test, size, isSmall, read);
  const limit = scoringBatches * batchSize;
  return {
    trainCount: train.count,
    testCount: test.count,
    scoringCount: Math.min(train.count, limit),
    stepsPerEpoch: Math.max(1, Math.floor(train.count / batchSize)),
    normalizations: normalizationsFor(settings),
    training:
      (seed, normalization) =>
      (epoch, skip = 0) =>
        read(train, {
          batchSize,
          crop: randomResizedCrop({ size }),
          normalize: statistics[normalization],
          seed,
          epoch,
          skip: skip * batchSize,
          shuffle: true,
          dropLast: train.count >= batchSize,
        }),
    scoring: (seed, normalization) =>
      scored({ batchSize, seed: seed + 1000, shuffle: true, limit }, normalization),
    skipped: () => [...skipped],
    test: (normalization) => tested({ batchSize: evaluationBatchSize }, normalization),
  };
}

type Centered = (options: EpochOptions, normalization: Normalization) => AsyncIterable<Batch>;

/** Minibatches of center crops. @param isSmall - Keep them in memory. */
function centered(images: EncodedImages, size: number, isSmall: boolean, read: Read): Centered {
  const crop = centerCrop({ size });
  const keep = isSmall ? keptBatches() : null;
  return (options, normalization) => {
    const make = (): AsyncIterable<Batch> =>
      read(images, { ...options, crop, normalize: statistics[normalization] });
    return keep?.(JSON.stringify({ ...options, normalization }), make) ?? make();
  };
}

function normalizationsFor({ network, preprocess }: ImageSettings): BatchSource["normalizations"] {
  if (network === null) return ["imagenet"];
  const [first = "torch", ...others] = preprocess === null ? preprocessingNames : [preprocess];
  return [first, ...others];
}
