import { expect, it } from "vitest";
import { findCachedCifar10 } from "../src/index.ts";

it("the example with made-up pictures runs", async () => {
  const { shapes } = await import("../examples/synthetic-images.ts");
  const full = [32, 16, 16, 3];
  expect(shapes).toEqual([full, full, full, [4, 16, 16, 3]]);
});

const cached = findCachedCifar10();
if (!cached) console.warn("CIFAR-10 is not cached: its example is skipped");

it.skipIf(!cached)("the example with CIFAR-10 runs", async () => {
  const { seen } = await import("../examples/load-cifar10.ts");
  expect(seen).toBe(45_000);
});
