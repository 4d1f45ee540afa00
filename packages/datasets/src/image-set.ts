/** Labelled pictures in memory: bytes, not tensors, so that a whole set costs what it weighs on disk. */

/** [height, width, channels] */
export type ImageShape = readonly [height: number, width: number, channels: number];

export interface ImageSet {
  /** [count, height, width, channels], 0..255 */
  readonly images: Uint8Array;
  /** [count], the index of each picture's class */
  readonly labels: Uint8Array | Int32Array;
  readonly count: number;
  readonly shape: ImageShape;
}

export interface ImageDataset {
  readonly name: string;
  /** What the labels mean. */
  readonly classes: readonly string[];
  readonly train: ImageSet;
  readonly test: ImageSet;
}

/** Bytes of one picture. */
export function imageBytes([height, width, channels]: ImageShape): number {
  return height * width * channels;
}
