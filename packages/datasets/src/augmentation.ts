/** Random changes to training images that keep the class. They work on bytes, before normalisation. */

import type { Random } from "@secateur/base";
import { requireInteger } from "./errors.ts";
import type { ImageShape } from "./image-set.ts";

export interface Augmentation {
  readonly name: string;
  /**
   * Writes the augmented `source` into `target`, both [height, width, channels]. Must overwrite every byte of `target`
   * and take all randomness from `random`, which is seeded per image and epoch.
   */
  apply(source: Uint8Array, target: Uint8Array, shape: ImageShape, random: Random): void;
}

/**
 * The standard augmentation for CIFAR (He et al. 2016, arXiv:1512.03385): pads with `padding` (default 4) black pixels,
 * takes a random crop of the original size and flips it horizontally with probability 1/2.
 *
 * @throws DatasetOptionError for a negative padding.
 *
 * @example batches(train, { batchSize: 128, normalize: cifar10Statistics, augment: cropAndFlip() });
 */
export function cropAndFlip(options: { readonly padding?: number } = {}): Augmentation {
  const { padding = 4 } = options;
  requireInteger("padding", padding, 0);
  return {
    name: `crop-and-flip-${padding}`,
    apply(source, target, shape, random) {
      const top = random.below(2 * padding + 1) - padding;
      const left = random.below(2 * padding + 1) - padding;
      const mirrored = random.uint32() >= 2 ** 31;
      copyWindow(source, target, shape, { top, left, mirrored });
    },
  };
}

interface Window {
  readonly top: number;
  readonly left: number;
  readonly mirrored: boolean;
}

/** Copies the image-sized window that starts at (top, left); pixels outside the image are black. */
function copyWindow(source: Uint8Array, target: Uint8Array, shape: ImageShape, window: Window): void {
  const [height, width, channels] = shape;
  const { top, left, mirrored } = window;
  target.fill(0);
  const firstRow = Math.max(0, -top);
  const endRow = Math.min(height, height - top);
  const firstColumn = Math.max(0, -left);
  const endColumn = Math.min(width, width - left);
  for (let row = firstRow; row < endRow; row++) {
    for (let column = firstColumn; column < endColumn; column++) {
      const from = ((row + top) * width + column + left) * channels;
      const to = (row * width + (mirrored ? width - 1 - column : column)) * channels;
      for (let channel = 0; channel < channels; channel++) target[to + channel] = source[from + channel] ?? 0;
    }
  }
}
