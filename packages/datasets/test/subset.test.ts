import { describe, expect, it } from "vitest";
import { DatasetOptionError, type ImageSet, splitOff, subset } from "../src/index.ts";

const set: ImageSet = {
  images: Uint8Array.from({ length: 100 }, (_, i) => i),
  // Class 2 has only four images.
  labels: Uint8Array.from({ length: 100 }, (_, i) => (i % 25 === 0 ? 2 : i % 2)),
  count: 100,
  shape: [1, 1, 1],
};
const frequencies = ({ labels }: ImageSet) =>
  [0, 1, 2].map((k) => [...labels].filter((label) => label === k).length);

describe("subset", () => {
  it("balances the classes as far as possible", () => {
    expect(frequencies(subset(set, 9, 1))).toEqual([3, 3, 3]);
    expect(frequencies(subset(set, 24, 1))).toEqual([10, 10, 4]);
    expect(subset(set, 100).images).toEqual(set.images);
    expect(subset(set, 0).count).toBe(0);
  });

  it("keeps order and labels, and depends on the seed", () => {
    const chosen = subset(set, 20, 3);
    expect([...chosen.images]).toEqual([...chosen.images].sort((a, b) => a - b));
    for (const [i, image] of chosen.images.entries()) expect(chosen.labels[i]).toBe(set.labels[image]);
    expect(subset(set, 20, 3)).toEqual(chosen);
    expect(subset(set, 20, 4)).not.toEqual(chosen);
  });

  it("rejects more images than there are", () => {
    for (const count of [101, -1, 0.5]) expect(() => subset(set, count)).toThrow(DatasetOptionError);
  });
});

describe("splitOff", () => {
  it("splits the set into two disjoint ones", () => {
    const [chosen, rest] = splitOff(set, 30, 9);
    expect([chosen.count, rest.count]).toEqual([30, 70]);
    expect([...chosen.images, ...rest.images].sort((a, b) => a - b)).toEqual([...set.images]);
  });
});
