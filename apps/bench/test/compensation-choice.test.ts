/** What the compensation study adds of its own to the choice of units and images. */
import { describe, expect, it } from "vitest";
import { firstClasses } from "../src/compensation/first-classes.ts";

describe("firstClasses", () => {
  it("keeps the images of the first half of the classes in their order", () => {
    const labels = Uint8Array.from([3, 0, 2, 1, 0]);
    const images = Uint8Array.from({ length: 5 * 4 }, (_, i) => i);
    const set = firstClasses({ images, labels, count: 5, shape: [2, 2, 1] }, 0.5);
    expect(set.count).toBe(3);
    expect([...set.labels]).toEqual([0, 1, 0]);
    expect([...set.images]).toEqual([4, 5, 6, 7, 12, 13, 14, 15, 16, 17, 18, 19]);
  });
});
