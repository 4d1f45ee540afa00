/** CIFAR-10 as the bench uses it: in memory, cropped and flipped at random for training. */
import {
  batches,
  cropAndFlip,
  type ImageDataset,
  loadCifar10,
  type Progress,
  subset,
} from "@secateur/datasets";
import type { BenchConfig } from "../compare/config.ts";
import { recipeFor } from "../compare/recipe.ts";
import type { BenchData } from "./load-batches.ts";
import { statistics } from "./normalization.ts";

/** Loads from `--data`, the cache, or the network. */
export async function loadCifar10Data(
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
  const { batchSize, evaluationBatchSize, scoringBatches } = recipeFor(config.model);
  const augment = cropAndFlip({ padding: 4 });
  return {
    trainCount: train.count,
    testCount: test.count,
    scoringCount: Math.min(train.count, scoringBatches * batchSize),
    stepsPerEpoch: Math.max(1, Math.floor(train.count / batchSize)),
    normalizations: ["cifar10", "imagenet"],
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

type TwoSets = Pick<ImageDataset, "train" | "test">;

/** The test set in proportion: a fifth. */
function cut({ train, test }: TwoSets, { subset: count }: BenchConfig): TwoSets {
  if (count === null || count === train.count) return { train, test };
  const testCount = Math.round((count * test.count) / train.count);
  return { train: subset(train, count, 0), test: subset(test, testCount, 0) };
}
