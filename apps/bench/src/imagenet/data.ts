/** ImageNet as the bench uses it: read from disk a few minibatches ahead, cropped as torchvision does. */
import {
  centerCrop,
  type ImageBatchOptions,
  imageBatches,
  imagenetStatistics,
  prefetch,
  randomResizedCrop,
} from "@secateur/datasets";
import type { Batches } from "@secateur/training";
import type { BenchData } from "../bench-data.ts";
import type { BenchConfig } from "../config.ts";
import { recipeFor } from "../recipe.ts";
import { type Folders, findFolders } from "./folders.ts";

type Options = Omit<ImageBatchOptions, "normalize">;

export async function loadImagenetData(config: BenchConfig): Promise<BenchData> {
  const { train, test } = await findFolders(config);
  const { batchSize, evaluationBatchSize, scoringBatches } = recipeFor(config.model);
  const read = (folder: Folders["train"], options: Options): Batches =>
    prefetch(imageBatches(folder, { ...options, normalize: imagenetStatistics }));
  return {
    trainCount: train.count,
    testCount: test.count,
    scoringCount: Math.min(train.count, scoringBatches * batchSize),
    stepsPerEpoch: Math.max(1, Math.floor(train.count / batchSize)),
    normalizations: ["imagenet"],
    training: (seed) => (epoch) =>
      read(train, {
        batchSize,
        crop: randomResizedCrop(),
        seed,
        epoch,
        shuffle: true,
        dropLast: train.count >= batchSize,
      }),
    scoring: (seed) =>
      read(train, {
        batchSize,
        crop: centerCrop(),
        seed: seed + 1000,
        shuffle: true,
        limit: scoringBatches * batchSize,
      }),
    test: () => read(test, { batchSize: evaluationBatchSize, crop: centerCrop() }),
  };
}
