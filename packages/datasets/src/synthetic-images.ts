/**
 * Synthetic images that a small convolutional network learns in seconds. Every class has stripes of one direction and
 * colour; phase, width and contrast are random per image, and Gaussian noise is added.
 */

import { createRandom, type Random } from "@secateur/base";
import { requireInteger } from "./errors.ts";
import { type ImageDataset, type ImageSet, type ImageShape, imageBytes } from "./image-set.ts";

export interface SyntheticOptions {
  /** Default 4. */
  readonly classes?: number;
  /** Number of training images. Default 512. */
  readonly count?: number;
  /** Number of test images. Default 128. */
  readonly testCount?: number;
  /** Default [16, 16, 3]. */
  readonly shape?: ImageShape;
  /** Default 0. */
  readonly seed?: number;
}

/**
 * A data set of noisy coloured stripes. Labels cycle 0, 1, 2, ..., so classes are balanced.
 *
 * @throws DatasetOptionError for a size below 1.
 *
 * @example const { train, test } = syntheticImages({ classes: 4, count: 512, seed: 1 });
 */
export function syntheticImages(options: SyntheticOptions = {}): ImageDataset {
  const { classes = 4, count = 512, testCount = 128, shape = [16, 16, 3], seed = 0 } = options;
  const sizes = { classes, count, testCount, height: shape[0], width: shape[1], channels: shape[2] };
  for (const [name, size] of Object.entries(sizes)) requireInteger(name, size, 1);
  return {
    name: "synthetic",
    classes: Array.from({ length: classes }, (_, k) => `stripes at ${Math.round((180 * k) / classes)}°`),
    train: draw(count, classes, shape, createRandom(seed, 1)),
    test: draw(testCount, classes, shape, createRandom(seed, 2)),
  };
}

function draw(count: number, classes: number, shape: ImageShape, random: Random): ImageSet {
  const size = imageBytes(shape);
  const images = new Uint8Array(count * size);
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  for (const [i, label] of labels.entries()) {
    drawStripes(images.subarray(i * size, (i + 1) * size), label / classes, shape, random);
  }
  return { images, labels, count, shape };
}

/** `position` is label / classes, from 0 to 1; it determines the direction of the stripes and the tint. */
function drawStripes(
  target: Uint8Array,
  position: number,
  [height, width, channels]: ImageShape,
  random: Random,
): void {
  const angle = Math.PI * position;
  const phase = 2 * Math.PI * random.uniform();
  const frequency = (2 * Math.PI) / (4 + 2 * random.uniform());
  const contrast = 40 + 40 * random.uniform();
  const across = Math.cos(angle) * frequency;
  const down = Math.sin(angle) * frequency;
  let at = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const stripe = Math.sin(across * column + down * row + phase);
      for (let channel = 0; channel < channels; channel++) {
        const tint = 1 + Math.cos(2 * Math.PI * (position + channel / channels));
        // A Uint8Array wraps around, hence the clamping.
        const value = 128 + (contrast * stripe * tint) / 2 + 30 * random.normal();
        target[at++] = Math.min(255, Math.max(0, Math.round(value)));
      }
    }
  }
}
