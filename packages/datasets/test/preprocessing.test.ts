import { expect, it } from "vitest";
import { preprocessings } from "../src/index.ts";
import { normalizer } from "../src/normalize.ts";

/** What each convention makes of one pixel, red 10, green 100, blue 250, by its published formula. */
const expected: Readonly<Record<keyof typeof preprocessings, readonly number[]>> = {
  mobilenet: [10 / 127.5 - 1, 100 / 127.5 - 1, 250 / 127.5 - 1],
  unit: [10 / 255, 100 / 255, 250 / 255],
  torch: [(10 / 255 - 0.485) / 0.229, (100 / 255 - 0.456) / 0.224, (250 / 255 - 0.406) / 0.225],
  keras: [250 - 103.939, 100 - 116.779, 10 - 123.68],
  raw: [10, 100, 250],
};

it.each(Object.entries(preprocessings))("%s is the published formula", (name, normalization) => {
  const target = new Float32Array(7);
  normalizer(normalization, 3)(Uint8Array.of(0, 0, 0, 10, 100, 250), target, 1);
  const pixel = target.subarray(4);
  for (const [channel, value] of expected[name as keyof typeof expected].entries())
    expect(pixel[channel]).toBeCloseTo(value, 4);
});
