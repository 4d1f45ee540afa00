/** CIFAR-10, or synthetic images of its shape, in memory; training images are cropped and flipped at random. */
import {
  batches,
  cropAndFlip,
  type ImageDataset,
  loadCifar10,
  subset,
  syntheticImages,
} from "@secateur/datasets";
import type { BatchSizes, BatchSource, ImageSettings, OnProgress } from "./batch-source.ts";
import { synthetic } from "./data-set.ts";
import { statistics } from "./normalization.ts";

type TwoSets = Pick<ImageDataset, "train" | "test">;

/** Training images of CIFAR-10; there are a fifth as many test images. */
export const trainingImageCount = 50_000;
const trainPerTest = 5;

/** Generating more takes longer than a trial should. */
const syntheticCount = 5000;

/** Reads `data`, the cache or a download. @param count - Training images, at random; null is all. */
export async function cifar10Images(
  { data, subset: count }: Pick<ImageSettings, "data" | "subset">,
  onProgress?: OnProgress,
): Promise<TwoSets> {
  if (data === synthetic) return makeImages(count ?? syntheticCount);
  const { train, test } = await loadCifar10({
    ...(data === null ? {} : { directory: data }),
    ...(onProgress ? { onProgress } : {}),
  });
  if (count === null || count === train.count) return { train, test };
  return { train: subset(train, count, 0), test: subset(test, testCountOf(count), 0) };
}

export async function cifar10Batches(
  settings: ImageSettings,
  { batchSize, evaluationBatchSize, scoringBatches }: BatchSizes,
  onProgress?: OnProgress,
): Promise<BatchSource> {
  const { train, test } = await cifar10Images(settings, onProgress);
  const augment = cropAndFlip({ padding: 4 });
  return {
    trainCount: train.count,
    testCount: test.count,
    scoringCount: Math.min(train.count, scoringBatches * batchSize),
    stepsPerEpoch: Math.max(1, Math.floor(train.count / batchSize)),
    normalizations: ["cifar10", "imagenet"],
    training:
      (seed, normalization) =>
      (epoch, skip = 0) =>
        batches(train, {
          batchSize,
          seed,
          epoch,
          skip: skip * batchSize,
          shuffle: true,
          augment,
          normalize: statistics[normalization],
          dropLast: train.count >= batchSize,
        }),
    scoring: (seed, normalization) =>
      batches(train, {
        batchSize,
        seed: seed + 1000,
        epoch: 0,
        shuffle: true,
        normalize: statistics[normalization],
        limit: scoringBatches * batchSize,
      }),
    test: (normalization) =>
      batches(test, {
        batchSize: evaluationBatchSize,
        seed: 0,
        epoch: 0,
        shuffle: false,
        normalize: statistics[normalization],
      }),
  };
}

function makeImages(count: number): TwoSets {
  return syntheticImages({ classes: 10, count, testCount: testCountOf(count), shape: [32, 32, 3], seed: 0 });
}

function testCountOf(trainCount: number): number {
  return Math.round(trainCount / trainPerTest);
}
