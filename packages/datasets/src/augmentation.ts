/** Changes to a training picture that leave its class alone. They work on bytes, before normalisation. */

import type { Random } from "@secateur/base";
import { requireWhole } from "./errors.ts";
import type { ImageShape } from "./image-set.ts";

export interface Augmentation {
  readonly name: string;
  /**
   * Writes a changed copy of `source` to every byte of `target`, both [height, width, channels]. Takes all its chance
   * from `random`, which is the picture's and epoch's own.
   */
  apply(source: Uint8Array, target: Uint8Array, shape: ImageShape, random: Random): void;
}

/**
 * The standard augmentation of CIFAR (He et al. 2016, arXiv:1512.03385): black borders of `padding` pixels, a crop of
 * the original size anywhere in them, mirrored half of the time. Throws `DatasetOptionError` for a negative padding.
 */
export function cropAndFlip(options: { readonly padding?: number } = {}): Augmentation {
  const { padding = 4 } = options;
  requireWhole("padding", padding, 0);
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

/** The window of the picture's own size that begins at (top, left); black where it hangs over. */
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
