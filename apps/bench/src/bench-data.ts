/** CIFAR-10 as the bench uses it: a subset where asked, augmented for training, normalised as the network wants it. */
import {
  batches,
  cifar10Statistics,
  cropAndFlip,
  type ImageDataset,
  imagenetStatistics,
  loadCifar10,
  type Progress,
  subset,
} from "@secateur/datasets";
import type { Batches } from "@secateur/training";
import { type BenchConfig, testImageCount, trainingImageCount } from "./config.ts";
import { batchSize, evaluationBatchSize, scoringBatches } from "./recipe.ts";

/** A property of a trained network, not of the data. */
export const normalizations = ["cifar10", "imagenet"] as const;
export type Normalization = (typeof normalizations)[number];

const statistics = { cifar10: cifar10Statistics, imagenet: imagenetStatistics } as const;

export interface BenchData {
  readonly trainCount: number;
  readonly testCount: number;
  readonly stepsPerEpoch: number;
  /** Shuffled and augmented, decided by seed and epoch; full batches only. */
  readonly training: (seed: number, normalization: Normalization) => (epoch: number) => Batches;
  /** A few minibatches of training images without augmentation. */
  readonly scoring: (seed: number, normalization: Normalization) => Batches;
  readonly test: (normalization: Normalization) => Batches;
}

/** Loads from `--data`, the cache, or the network; the same images for the same `--subset`. */
export async function loadBenchData(
  config: BenchConfig,
  onProgress?: (progress: Progress) => void,
): Promise<BenchData> {
  const { train, test } = cut(
    await loadCifar10({
      ...(config.data === null ? {} : { directory: config.data }),
      ...(onProgress ? { onProgress } : {}),
    }),
    config,
  );
  const augment = cropAndFlip({ padding: 4 });
  return {
    trainCount: train.count,
    testCount: test.count,
    stepsPerEpoch: Math.max(1, Math.floor(train.count / batchSize)),
    training: (seed, normalization) => (epoch) =>
      batches(train, {
        batchSize,
        seed,
        epoch,
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

function cut({ train, test }: ImageDataset, config: BenchConfig): Pick<ImageDataset, "train" | "test"> {
  if (config.subset === null || config.subset === trainingImageCount) return { train, test };
  return { train: subset(train, config.subset, 0), test: subset(test, testImageCount(config), 0) };
}
