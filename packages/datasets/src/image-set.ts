/** Labelled images in memory, as bytes: a quarter of the size of float32 tensors. */

/** [height, width, channels] */
export type ImageShape = readonly [height: number, width: number, channels: number];

export interface ImageSet {
  /** [count, height, width, channels], 0..255 */
  readonly images: Uint8Array;
  /** [count], the class index of each image */
  readonly labels: Uint8Array | Int32Array;
  readonly count: number;
  readonly shape: ImageShape;
}

export interface ImageDataset {
  readonly name: string;
  /** Class names by label. */
  readonly classes: readonly string[];
  readonly train: ImageSet;
  readonly test: ImageSet;
}

/** The number of bytes of one image. */
export function imageBytes([height, width, channels]: ImageShape): number {
  return height * width * channels;
}
