/** Class-balanced subsets of an image set, chosen by a seed. */

import { createRandom, shuffle } from "@secateur/base";
import { DatasetOptionError } from "./errors.ts";
import { type ImageSet, imageBytes } from "./image-set.ts";

/**
 * A subset of `count` images, in the order of the set. Classes are as balanced as the set allows.
 *
 * @throws DatasetOptionError unless 0 ≤ count ≤ set.count.
 */
export function subset(set: ImageSet, count: number, seed = 0): ImageSet {
  return splitOff(set, count, seed)[0];
}

/**
 * Splits a set into two disjoint ones: the `count` images of `subset`, and the rest.
 *
 * @example const [validation, training] = splitOff(train, 5000, 1);
 */
export function splitOff(
  set: ImageSet,
  count: number,
  seed = 0,
): readonly [chosen: ImageSet, rest: ImageSet] {
  if (!Number.isInteger(count) || count < 0 || count > set.count) {
    throw new DatasetOptionError(
      `cannot take ${count} of ${set.count} images; count must be an integer from 0 to ${set.count}`,
    );
  }
  const chosen = balancedChoice(set, count, seed);
  const all = Int32Array.from({ length: set.count }, (_, i) => i);
  return [
    take(
      set,
      all.filter((i) => chosen.has(i)),
    ),
    take(
      set,
      all.filter((i) => !chosen.has(i)),
    ),
  ];
}

/** Takes one image of each class in turn until there are `count`. */
function balancedChoice(set: ImageSet, count: number, seed: number): ReadonlySet<number> {
  const shuffled = shuffle(
    Int32Array.from({ length: set.count }, (_, i) => i),
    createRandom(seed),
  );
  const byClass = new Map<number, number[]>();
  for (const label of [...new Set(set.labels)].sort((a, b) => a - b)) byClass.set(label, []);
  for (const index of shuffled) byClass.get(set.labels[index] ?? 0)?.push(index);
  const chosen = new Set<number>();
  for (let round = 0; chosen.size < count; round++) {
    for (const indices of byClass.values()) {
      const index = indices[round];
      if (index !== undefined && chosen.size < count) chosen.add(index);
    }
  }
  return chosen;
}

function take(set: ImageSet, indices: Int32Array): ImageSet {
  const size = imageBytes(set.shape);
  const images = new Uint8Array(indices.length * size);
  const labels = set.labels.slice(0, indices.length);
  for (const [row, index] of indices.entries()) {
    images.set(set.images.subarray(index * size, (index + 1) * size), row * size);
    labels[row] = set.labels[index] ?? 0;
  }
  return { images, labels, count: indices.length, shape: set.shape };
}
