/** The two crops of torchvision's ImageNet training: one for evaluation, one for training. */

import type { Random } from "@secateur/base";
import { DatasetOptionError, requireInteger } from "../errors.ts";
import type { Box, View } from "./resample.ts";

export interface Crop {
  readonly name: string;
  /** Height and width of the result, and of the window of every view. */
  readonly size: number;
  /** The region to crop from an image of this size. All randomness comes from `random`, seeded per image and epoch. */
  view(height: number, width: number, random: Random): View;
}

/**
 * Evaluation: torchvision's Resize(shortSide) and CenterCrop(size). The shorter side is scaled to `shortSide` (default
 * size · 256 / 224), then the centre is cropped.
 *
 * @throws DatasetOptionError unless 1 ≤ size ≤ shortSide.
 *
 * @example imageBatches(validation, { batchSize: 64, crop: centerCrop({ size: 224 }), normalize: imagenetStatistics });
 */
export function centerCrop(options: { readonly size?: number; readonly shortSide?: number } = {}): Crop {
  const { size = 224, shortSide = Math.round((size * 256) / 224) } = options;
  requireInteger("size", size, 1);
  requireInteger("shortSide", shortSide, size);
  return {
    name: `center-crop-${shortSide}-${size}`,
    size,
    view(height, width) {
      const scaled = {
        height: height <= width ? shortSide : Math.trunc((shortSide * height) / width),
        width: width <= height ? shortSide : Math.trunc((shortSide * width) / height),
      };
      const top = roundHalfToEven((scaled.height - size) / 2);
      const left = roundHalfToEven((scaled.width - size) / 2);
      const window = { top, left, height: size, width: size };
      return { box: { top: 0, left: 0, height, width }, scaled, window, mirrored: false };
    },
  };
}

/**
 * Training: torchvision's RandomResizedCrop(size) and RandomHorizontalFlip() (Szegedy et al. 2015, arXiv:1409.4842).
 * Crops a random rectangle with an area share within `scale` (default 0.08 to 1) and an aspect ratio from 3/4 to 4/3,
 * scales it to a square and flips it horizontally with probability 1/2.
 *
 * @throws DatasetOptionError unless 0 < scale[0] ≤ scale[1] ≤ 1.
 *
 * @example imageBatches(train, { batchSize: 64, crop: randomResizedCrop(), shuffle: true, normalize: imagenetStatistics });
 */
export function randomResizedCrop(
  options: { readonly size?: number; readonly scale?: readonly [minimum: number, maximum: number] } = {},
): Crop {
  const { size = 224, scale = [0.08, 1] } = options;
  requireInteger("size", size, 1);
  if (!(scale[0] > 0 && scale[0] <= scale[1] && scale[1] <= 1)) {
    throw new DatasetOptionError(
      `scale is [${scale.join(", ")}]; it must be the minimum and maximum share of the image area, with 0 < minimum ≤ maximum ≤ 1`,
    );
  }
  const square = { height: size, width: size };
  return {
    name: `random-resized-crop-${size}`,
    size,
    view(height, width, random) {
      const box = randomBox(height, width, scale, random);
      const mirrored = random.uint32() >= 2 ** 31;
      return { box, scaled: square, window: { top: 0, left: 0, ...square }, mirrored };
    },
  };
}

const minimumAspect = 3 / 4;
const maximumAspect = 4 / 3;

function randomBox(
  imageHeight: number,
  imageWidth: number,
  [minimum, maximum]: readonly [number, number],
  random: Random,
): Box {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = imageHeight * imageWidth * (minimum + (maximum - minimum) * random.uniform());
    const aspect = minimumAspect * (maximumAspect / minimumAspect) ** random.uniform();
    const width = roundHalfToEven(Math.sqrt(area * aspect));
    const height = roundHalfToEven(Math.sqrt(area / aspect));
    if (width === 0 || width > imageWidth || height === 0 || height > imageHeight) continue;
    const top = random.below(imageHeight - height + 1);
    const left = random.below(imageWidth - width + 1);
    return { top, left, height, width };
  }
  return centredBox(imageHeight, imageWidth);
}

/** Fallback for elongated images: the largest centred box with an allowed aspect ratio. */
function centredBox(imageHeight: number, imageWidth: number): Box {
  const width = Math.min(imageWidth, roundHalfToEven(imageHeight * maximumAspect));
  const height = Math.min(imageHeight, roundHalfToEven(imageWidth / minimumAspect));
  const top = Math.floor((imageHeight - height) / 2);
  const left = Math.floor((imageWidth - width) / 2);
  return { top, left, height, width };
}

/** Rounds half to even, as Python's `round` does. */
function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
