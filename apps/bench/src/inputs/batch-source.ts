/** What a run reads images through, whatever the data set: minibatches for training, scoring and testing. */
import type { Decoding, PreprocessingName, Progress } from "@secateur/datasets";
import type { Batches } from "@secateur/training";
import type { NetworkSettings } from "./network.ts";
import type { Normalization } from "./normalization.ts";

/** The settings that decide the images. */
export interface ImageSettings extends NetworkSettings {
  /** What `network` was trained with; null is the one with the lowest loss. */
  readonly preprocess: PreprocessingName | null;
  /** Absolute path of the data set, or "synthetic"; null is the cache or a download, for CIFAR-10 only. */
  readonly data: string | null;
  /** Absolute path of a file with the names of the classes in the order of the outputs of `network`. */
  readonly classes: string | null;
  /** The number of training images used; the test set shrinks in proportion. Null is all. */
  readonly subset: number | null;
  /** How images are decoded, for ImageNet only. Default "exact". */
  readonly decode?: Decoding;
}

export interface BatchSizes {
  readonly batchSize: number;
  readonly evaluationBatchSize: number;
  /** Minibatches over which criteria average their scores. */
  readonly scoringBatches: number;
  /** Height and width of ImageNet's images. Default 224. */
  readonly imageSize?: number;
}

export interface BatchSource {
  readonly trainCount: number;
  readonly testCount: number;
  readonly scoringCount: number;
  readonly stepsPerEpoch: number;
  /** The data set's own, then others that a downloaded network may have been trained with. */
  readonly normalizations: readonly [own: Normalization, ...others: Normalization[]];
  /** Shuffled and augmented by seed and epoch; full batches only. `skip` leaves out the first batches of an epoch. */
  readonly training: (
    seed: number,
    normalization: Normalization,
  ) => (epoch: number, skip?: number) => Batches;
  /** A few minibatches of training images without augmentation. */
  readonly scoring: (seed: number, normalization: Normalization) => Batches;
  readonly test: (normalization: Normalization) => Batches;
  /** Images that could not be decoded and were skipped so far: a sentence each. Undefined where there cannot be any. */
  readonly skipped?: () => readonly string[];
}

export type OnProgress = (progress: Progress) => void;
