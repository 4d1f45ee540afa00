/** Which part of a picture a network sees: torchvision's two ways, which the published networks were trained with. */

import type { Random } from "@secateur/base";
import { DatasetOptionError, requireWhole } from "../errors.ts";
import type { Box, View } from "./resample.ts";

export interface Crop {
  readonly name: string;
  /** Height and width of what comes out; the window of every view has them. */
  readonly size: number;
  /** What to take of a picture of this height and width. All chance comes from `random`, the picture's and epoch's own. */
  view(height: number, width: number, random: Random): View;
}

/**
 * For evaluation, torchvision's Resize(shortSide) and CenterCrop(size): the shorter side is scaled to `shortSide` (default
 * 256 for 224, and in this proportion for other sizes), and the middle is kept.
 *
 * Throws `DatasetOptionError` for a short side below the size.
 */
export function centerCrop(options: { readonly size?: number; readonly shortSide?: number } = {}): Crop {
  const { size = 224, shortSide = Math.round((size * 256) / 224) } = options;
  requireWhole("size", size, 1);
  requireWhole("shortSide", shortSide, size);
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
 * For training, torchvision's RandomResizedCrop(size) and RandomHorizontalFlip() (Szegedy et al. 2015, arXiv:1409.4842):
 * a rectangle anywhere, of a share of the area within `scale` (default 0.08 to 1) and 3:4 to 4:3 in shape, scaled to a
 * square and mirrored half of the time.
 *
 * Throws `DatasetOptionError` for a scale that is not between 0 and 1.
 */
export function randomResizedCrop(
  options: { readonly size?: number; readonly scale?: readonly [least: number, most: number] } = {},
): Crop {
  const { size = 224, scale = [0.08, 1] } = options;
  requireWhole("size", size, 1);
  if (!(scale[0] > 0 && scale[0] <= scale[1] && scale[1] <= 1)) {
    throw new DatasetOptionError(
      `scale is ${scale.join(" to ")}; it must be the least and the most of a picture's area, above 0 and at most 1`,
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

const narrowest = 3 / 4;
const widest = 4 / 3;

function randomBox(
  pictureHeight: number,
  pictureWidth: number,
  [least, most]: readonly [number, number],
  random: Random,
): Box {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = pictureHeight * pictureWidth * (least + (most - least) * random.uniform());
    const aspect = narrowest * (widest / narrowest) ** random.uniform();
    const width = roundHalfToEven(Math.sqrt(area * aspect));
    const height = roundHalfToEven(Math.sqrt(area / aspect));
    if (width === 0 || width > pictureWidth || height === 0 || height > pictureHeight) continue;
    const top = random.below(pictureHeight - height + 1);
    const left = random.below(pictureWidth - width + 1);
    return { top, left, height, width };
  }
  return middleBox(pictureHeight, pictureWidth);
}

/** For pictures so long that no rectangle fitted: as much of the middle as the shape allows. */
function middleBox(pictureHeight: number, pictureWidth: number): Box {
  const width = Math.min(pictureWidth, roundHalfToEven(pictureHeight * widest));
  const height = Math.min(pictureHeight, roundHalfToEven(pictureWidth / narrowest));
  const top = Math.floor((pictureHeight - height) / 2);
  const left = Math.floor((pictureWidth - width) / 2);
  return { top, left, height, width };
}

/** Python's `round`. */
function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
