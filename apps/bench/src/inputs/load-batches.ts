/** The pictures of a run: a subset where asked, augmented for training, normalised as the network wants it. */
import type { Progress } from "@secateur/datasets";
import type { Batches } from "@secateur/training";
import type { BenchConfig } from "../compare/config.ts";
import { loadCifar10Data } from "./cifar10.ts";
import { type DataSet, dataSetOf } from "./data-set.ts";
import { loadImagenetData } from "./imagenet.ts";
import type { Normalization } from "./normalization.ts";

export interface BenchData {
  readonly trainCount: number;
  readonly testCount: number;
  readonly scoringCount: number;
  readonly stepsPerEpoch: number;
  /** The data's own, and the others that a network from elsewhere may have been trained with. */
  readonly normalizations: readonly [own: Normalization, ...others: Normalization[]];
  /** Shuffled and augmented, decided by seed and epoch; full batches only. */
  readonly training: (seed: number, normalization: Normalization) => (epoch: number) => Batches;
  /** A few minibatches of training images without augmentation. */
  readonly scoring: (seed: number, normalization: Normalization) => Batches;
  readonly test: (normalization: Normalization) => Batches;
}

export type LoadBenchData = (
  config: BenchConfig,
  onProgress?: (progress: Progress) => void,
) => Promise<BenchData>;

const loaders: Readonly<Record<DataSet, LoadBenchData>> = {
  cifar10: loadCifar10Data,
  imagenet: loadImagenetData,
};

/** The same images for the same settings. */
export const loadBenchData: LoadBenchData = (config, onProgress) =>
  loaders[dataSetOf(config.model)](config, onProgress);
