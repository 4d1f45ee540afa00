/** Graph and plan take time that is linear in the number of channels. */
import { expect, it } from "vitest";
import { formatScaling, measureScaling } from "../src/speed/channel-scaling.ts";

it("eight times the channels take less than 24 times as long; a quadratic step would take 64 times", () => {
  const times = measureScaling([4, 32], 5);
  const total = ({ graphMs, planMs }: (typeof times)[number]): number => graphMs + planMs;
  for (const [narrow, wide] of [times.slice(0, 2), times.slice(2)]) {
    if (narrow === undefined || wide === undefined) throw new Error("two widths of two families expected");
    expect(wide.units).toBe(8 * narrow.units);
    expect(total(wide)).toBeLessThan(24 * Math.max(total(narrow), 1));
  }
  expect(formatScaling(times).split("\n")).toHaveLength(2 + 4);
});
