import { expect, it } from "vitest";
import { loadOneEpoch } from "../examples/load-cifar10.ts";
import { batchShapes } from "../examples/synthetic-images.ts";
import { findCachedCifar10 } from "../src/index.ts";

it("the example with made-up pictures runs", async () => {
  const full = [32, 16, 16, 3];
  expect(await batchShapes()).toEqual([full, full, full, [4, 16, 16, 3]]);
});

const cached = findCachedCifar10();
if (!cached) console.warn("CIFAR-10 is not cached: its example is skipped");

it.skipIf(!cached)("the example with CIFAR-10 runs", async () => {
  expect(await loadOneEpoch()).toBe(45_000);
});
