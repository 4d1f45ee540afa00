/** The images of the first classes of a set: a calibration set that lacks the others. */
import type { ImageSet } from "@secateur/datasets";

/** @param share - Of the classes, 0..1. Images keep their order. */
export function firstClasses({ images, labels, count, shape }: ImageSet, share: number): ImageSet {
  const classes = share * new Set(labels).size;
  const indices = Array.from({ length: count }, (_, i) => i).filter((i) => Number(labels[i]) < classes);
  const size = shape[0] * shape[1] * shape[2];
  const chosen = new Uint8Array(indices.length * size);
  for (const [row, index] of indices.entries())
    chosen.set(images.subarray(index * size, (index + 1) * size), row * size);
  const chosenLabels = labels.slice(0, indices.length);
  for (const [row, index] of indices.entries()) chosenLabels[row] = Number(labels[index]);
  return { images: chosen, labels: chosenLabels, count: indices.length, shape };
}
