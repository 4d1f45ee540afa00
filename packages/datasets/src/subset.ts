/** Fewer pictures, chosen by a seed. */

import { createRandom, shuffle } from "@secateur/base";
import { DatasetOptionError } from "./errors.ts";
import { type ImageSet, imageBytes } from "./image-set.ts";

/**
 * `count` pictures with every class as equally often as the set allows, in the set's order.
 *
 * Throws `DatasetOptionError` if the set has not that many.
 */
export function subset(set: ImageSet, count: number, seed = 0): ImageSet {
  return splitOff(set, count, seed)[0];
}

/** Two sets without a common picture: the `count` pictures of `subset`, and the rest. For validation pictures. */
export function splitOff(
  set: ImageSet,
  count: number,
  seed = 0,
): readonly [chosen: ImageSet, rest: ImageSet] {
  if (!Number.isInteger(count) || count < 0 || count > set.count) {
    throw new DatasetOptionError(
      `a subset of ${count} pictures of ${set.count}; take between 0 and ${set.count}`,
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

/** Goes round the classes, taking one picture of each, until there are enough. */
function balancedChoice(set: ImageSet, count: number, seed: number): ReadonlySet<number> {
  const shuffled = shuffle(
    Int32Array.from({ length: set.count }, (_, i) => i),
    createRandom(seed),
  );
  const ofClass = new Map<number, number[]>();
  for (const label of [...new Set(set.labels)].sort((a, b) => a - b)) ofClass.set(label, []);
  for (const index of shuffled) ofClass.get(set.labels[index] ?? 0)?.push(index);
  const chosen = new Set<number>();
  for (let round = 0; chosen.size < count; round++) {
    for (const indices of ofClass.values()) {
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
  for (const [place, index] of indices.entries()) {
    images.set(set.images.subarray(index * size, (index + 1) * size), place * size);
    labels[place] = set.labels[index] ?? 0;
  }
  return { images, labels, count: indices.length, shape: set.shape };
}
