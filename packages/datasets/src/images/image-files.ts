/** Images that are files of their own, as `EncodedImages`. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { readRegularFile } from "../read-regular-file.ts";
import type { EncodedImages } from "./encoded-images.ts";

/** Of an encoded image: an uncompressed file of the largest number of pixels that is decoded, with 16 bits per channel. */
export const maximumImageBytes = 1.1e9;

export interface Labelling {
  readonly classes: readonly string[];
  readonly labels: ArrayLike<number>;
}

/** @param files - Paths relative to `directory`. */
export function imageFiles(
  directory: string,
  files: readonly string[],
  { classes, labels }: Labelling,
): EncodedImages {
  const pathOf = (index: number): string => join(directory, files[index] ?? "");
  return {
    source: directory,
    classes,
    labels: Int32Array.from(labels),
    count: files.length,
    nameOf: pathOf,
    sizeOf: (index) => sizeOfFile(pathOf(index)),
    read: (index) => readImageFile(pathOf(index)),
  };
}

/** @throws MissingFileError where there is no file; DatasetError where it cannot be read, or is too large. */
export function readImageFile(path: string): Promise<Uint8Array> {
  return readRegularFile(path, "the folder changed after it was listed", maximumImageBytes);
}

/** 0 where there is none: reading it then explains why. */
export async function sizeOfFile(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
