/** Generated images of CIFAR-10's shape, not augmented, in small minibatches. */
import { batches, syntheticImages } from "@secateur/datasets";
import type { BatchSource } from "../src/inputs/batch-source.ts";

const batchSize = 10;
const normalize = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };

export function syntheticBatches(count: number, testCount: number): BatchSource {
  const { train, test } = syntheticImages({ classes: 10, count, testCount, shape: [32, 32, 3], seed: 1 });
  return {
    trainCount: train.count,
    testCount: test.count,
    scoringCount: train.count,
    stepsPerEpoch: train.count / batchSize,
    normalizations: ["cifar10"],
    training:
      (seed) =>
      (epoch, skip = 0) =>
        batches(train, { batchSize, seed, epoch, skip: skip * batchSize, shuffle: true, normalize }),
    scoring: (seed) => batches(train, { batchSize, seed, normalize }),
    test: () => batches(test, { batchSize: 20, normalize }),
  };
}
