/** ImageNet as the bench uses it: read from disk a few minibatches ahead, cropped as torchvision does. */
import {
  centerCrop,
  imagenetStatistics,
  type PictureBatchOptions,
  pictureBatches,
  prefetch,
  randomResizedCrop,
} from "@secateur/datasets";
import type { Batches } from "@secateur/training";
import type { BenchConfig } from "../compare/config.ts";
import { recipeFor } from "../compare/recipe.ts";
import { type Folders, findFolders } from "./imagenet-folders.ts";
import type { BenchData } from "./load-batches.ts";

type Options = Omit<PictureBatchOptions, "normalize">;

export async function loadImagenetData(config: BenchConfig): Promise<BenchData> {
  const { train, test } = await findFolders(config);
  const { batchSize, evaluationBatchSize, scoringBatches } = recipeFor(config.model);
  const read = (folder: Folders["train"], options: Options): Batches =>
    prefetch(pictureBatches(folder, { ...options, normalize: imagenetStatistics }));
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
