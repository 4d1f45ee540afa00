import { expect, it } from "vitest";
import type { OutputComparison } from "../src/prune/compare-outputs.ts";
import { resultWarnings } from "../src/prune/result-warnings.ts";

const output = (agreement: number | null): OutputComparison => ({
  name: "out",
  agreement,
  meanDifference: 0.1,
  largestDifference: 0.2,
  accuracy: null,
});
const images = (used: number, held: number) => ({ used, held, preprocessing: "unit" });

it("a network that agrees, compared on enough images, has no warnings", () => {
  expect(resultWarnings({ outputs: [output(0.95), output(null)], images: images(80, 20) })).toEqual([]);
});

it("names a low agreement and what to do about it", () => {
  const [warning, ...others] = resultWarnings({ outputs: [output(1), output(0.55)], images: images(80, 20) });
  expect(warning).toContain("another first class for 45.0 % of the images");
  expect(warning).toContain("--finetune");
  expect(others).toEqual([]);
});

it("names too few images", () => {
  expect(resultWarnings({ outputs: [output(null)], images: images(2, 1) })).toEqual([
    expect.stringContaining("3 images are few"),
  ]);
});
