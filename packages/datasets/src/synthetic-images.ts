/**
 * Made-up pictures that a small convolutional network learns in seconds: every class has stripes of its own direction
 * and colour; where the stripes begin, how wide they are and how bright they are is chance, and noise lies over all.
 */

import { createRandom, type Random } from "@secateur/base";
import { requireWhole } from "./errors.ts";
import { type ImageDataset, type ImageSet, type ImageShape, imageBytes } from "./image-set.ts";

export interface SyntheticOptions {
  /** Default 4. */
  readonly classes?: number;
  /** Training pictures. Default 512. */
  readonly count?: number;
  /** Default 128. */
  readonly testCount?: number;
  /** Default [16, 16, 3]. */
  readonly shape?: ImageShape;
  /** Default 0. */
  readonly seed?: number;
}

/** Labels go round: 0, 1, 2, ..., so every class is as frequent as the others. Sizes below 1 throw `DatasetOptionError`. */
export function syntheticImages(options: SyntheticOptions = {}): ImageDataset {
  const { classes = 4, count = 512, testCount = 128, shape = [16, 16, 3], seed = 0 } = options;
  const sizes = { classes, count, testCount, height: shape[0], width: shape[1], channels: shape[2] };
  for (const [name, size] of Object.entries(sizes)) requireWhole(name, size, 1);
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

/** `position` of the class, 0..1, gives the direction of the stripes and the tint. */
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
        // A Uint8Array would wrap around; clamp first.
        const value = 128 + (contrast * stripe * tint) / 2 + 30 * random.normal();
        target[at++] = Math.min(255, Math.max(0, Math.round(value)));
      }
    }
  }
}
