/** A short version of `drill:memory`. Models that are kept would take a hundred kilobytes for each removal. */
import { expect, it } from "vitest";
import { memoryWhilePruning } from "../src/memory/memory-drill.ts";

it("memory is flat over many removals", { timeout: 240_000 }, async () => {
  const [warmUp, removals] = [20, 60];
  const samples = await memoryWhilePruning({ removals });
  expect(samples).toHaveLength(removals);
  const [start, end] = [samples[warmUp - 1], samples.at(-1)];
  expect(samples.map(({ tensors }) => tensors)).toEqual(samples.map(() => start?.tensors));
  const growth = (Number(end?.heapBytes) - Number(start?.heapBytes)) / (removals - warmUp);
  expect(growth).toBeLessThan(80_000); // tfjs keeps the names of all weights it has made
});
