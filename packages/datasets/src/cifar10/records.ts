/** CIFAR-10's binary record format: verification, and conversion from and to images. */
import { createHash } from "node:crypto";
import { AlteredFileError, TruncatedFileError } from "../errors.ts";
import type { ImageSet, ImageShape } from "../image-set.ts";
import { type BatchFile, recordBytes } from "./manifest.ts";

const shape: ImageShape = [32, 32, 3];
const pixels = 1024;

export const md5 = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");

/** @throws TruncatedFileError or AlteredFileError unless size and md5 match the manifest. */
export function checkRecords(records: Uint8Array, file: BatchFile, path: string): void {
  const expected = file.count * recordBytes;
  if (records.length < expected) throw new TruncatedFileError(path, records.length, expected);
  const actual = md5(records);
  if (actual !== file.md5) throw new AlteredFileError(path, actual, file.md5);
}

/** Converts images, [count, 32, 32, 3], and labels to records. */
export function recordsFromImages(images: Uint8Array, labels: ArrayLike<number>): Uint8Array {
  const records = new Uint8Array(labels.length * recordBytes);
  for (let i = 0; i < labels.length; i++) {
    const start = i * recordBytes;
    records[start] = labels[i] ?? 0;
    for (let channel = 0; channel < 3; channel++) {
      const plane = start + 1 + channel * pixels;
      const from = i * pixels * 3 + channel;
      for (let p = 0; p < pixels; p++) records[plane + p] = images[from + p * 3] ?? 0; // [32, 32, 3] -> [3, 32, 32]
    }
  }
  return records;
}

/** Converts the planes of a Python batch, [count, 3, 32, 32], and labels to records. */
export function recordsFromPlanes(planes: Uint8Array, labels: ArrayLike<number>): Uint8Array {
  const records = new Uint8Array(labels.length * recordBytes);
  for (let i = 0; i < labels.length; i++) {
    records[i * recordBytes] = labels[i] ?? 0;
    records.set(planes.subarray(i * pixels * 3, (i + 1) * pixels * 3), i * recordBytes + 1);
  }
  return records;
}

/** Converts the records of several files to one image set. */
export function imageSetFromRecords(batches: readonly Uint8Array[]): ImageSet {
  const count = batches.reduce((sum, records) => sum + records.length / recordBytes, 0);
  const images = new Uint8Array(count * pixels * 3);
  const labels = new Uint8Array(count);
  let image = 0;
  for (const records of batches) {
    for (let start = 0; start < records.length; start += recordBytes) {
      labels[image] = records[start] ?? 0;
      interleave(records, start + 1, images, image * pixels * 3);
      image++;
    }
  }
  return { images, labels, count, shape };
}

function interleave(planes: Uint8Array, from: number, target: Uint8Array, to: number): void {
  for (let p = 0; p < pixels; p++) {
    const at = to + p * 3; // [3, 32, 32] -> [32, 32, 3]
    target[at] = planes[from + p] ?? 0;
    target[at + 1] = planes[from + pixels + p] ?? 0;
    target[at + 2] = planes[from + 2 * pixels + p] ?? 0;
  }
}
