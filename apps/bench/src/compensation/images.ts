/** The images of the study: those of scoring and refit, which a seed draws from the training images, and the test images. */
import { batches, type ImageSet, subset } from "@secateur/datasets";
import { type Batches, type Evaluation, evaluate } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import { cifar10Images } from "../inputs/cifar10.ts";
import { synthetic } from "../inputs/data-set.ts";
import { firstImages } from "../oracle/first-images.ts";
import type { CellKey } from "./cells.ts";
import type { CompensationConfig } from "./config.ts";
import { firstClasses } from "./first-classes.ts";

const batchSize = 128;

export interface StudyImages {
  /** The network's loss on the first training images. */
  readonly loss: number;
  /** Minibatches per pass of `scoring`. */
  readonly scoringBatches: number;
  readonly scoring: (seed: number) => Batches;
  /** The first images of `scoring`, or more, without augmentation. */
  readonly calibration: (cell: Pick<CellKey, "seed" | "samples" | "classes">) => Batches;
  /** Loss and accuracy on the test images. */
  readonly test: (model: tfl.LayersModel) => Promise<Evaluation>;
}

export async function studyImages(model: tfl.LayersModel, config: CompensationConfig): Promise<StudyImages> {
  const { images, testImages, shifted } = config;
  const { train, test } = await cifar10Images({ data: config.data, subset: syntheticCount(config) });
  const { normalize, loss } = await firstImages(model, train, { images, batchSize }, config.normalization);
  const sets: Readonly<Record<CellKey["classes"], ImageSet>> = {
    all: train,
    half: shifted ? firstClasses(train, 0.5) : train,
  };
  const tested = testImages === null ? test : subset(test, testImages, 0);
  const drawn = (set: ImageSet, seed: number, limit: number): Batches =>
    batches(set, { batchSize, seed: seed + 1000, epoch: 0, shuffle: true, normalize, limit });
  return {
    loss,
    scoringBatches: Math.ceil(images / batchSize),
    scoring: (seed) => drawn(train, seed, images),
    calibration: ({ seed, samples, classes }) => drawn(sets[classes], seed, samples),
    test: (network) => evaluate(network, batches(tested, { batchSize: 250, normalize })),
  };
}

/** Enough generated images for every cell; null for CIFAR-10, of which all are read. */
function syntheticCount({ data, images, samples, testImages }: CompensationConfig): number | null {
  return data === synthetic ? Math.max(2 * images, ...samples, 5 * (testImages ?? 0)) : null;
}
