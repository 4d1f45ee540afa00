import { describe, expect, it } from "vitest";
import { findCachedCifar10, type ImageSet, loadCifar10 } from "../src/index.ts";

const cached = findCachedCifar10();
if (!cached) console.warn("CIFAR-10 is not cached: tests on the real images are skipped");

describe.skipIf(!cached)("the real CIFAR-10", () => {
  it("has the known sums and labels", async () => {
    const { train, test, classes } = await loadCifar10();
    expect([train.count, test.count, classes.length]).toEqual([50_000, 10_000, 10]);
    expect(channelSums(train)).toEqual([6415714204, 6295060180, 5829907619]);
    expect(channelSums(test)).toEqual([1290492328, 1266775083, 1176108223]);
    expect([...train.labels.subarray(0, 10)]).toEqual([6, 9, 9, 4, 1, 1, 2, 7, 8, 3]);
    expect([...test.labels.subarray(0, 10)]).toEqual([3, 8, 8, 0, 6, 6, 1, 6, 3, 1]);
    const frequencies = new Array<number>(10).fill(0);
    for (const label of train.labels) frequencies[label] = (frequencies[label] ?? 0) + 1;
    expect(frequencies).toEqual(new Array(10).fill(5000));
  });
});

function channelSums({ images }: ImageSet): number[] {
  const sums = [0, 0, 0];
  for (let i = 0; i < images.length; i++) sums[i % 3] = (sums[i % 3] ?? 0) + (images[i] ?? 0);
  return sums;
}
