/** Short; SECATEUR_DECODED_IMAGES=20000 shows that memory stays flat over an epoch. */
import { useBackend } from "@secateur/backend";
import { beforeAll, expect, it } from "vitest";
import { formatDecoding, measureDecodingMemory } from "../src/speed/decoding.ts";

beforeAll(() => useBackend("wasm"));

it("memory stays flat while images are decoded", { timeout: 3_600_000 }, async () => {
  const count = Number(process.env["SECATEUR_DECODED_IMAGES"] ?? 320);
  let seen = 0;
  const samples = await measureDecodingMemory(count, (images) => {
    seen += images;
  });
  expect(seen).toBe(count);
  expect(samples.at(-1)?.images).toBe(count);
  expect(new Set(samples.map(({ tensors }) => tensors)).size).toBe(1);
  const [, second, ...later] = samples.map(({ residentMegabytes }) => residentMegabytes);
  expect(Math.max(...later)).toBeLessThan((second ?? 0) + 200);
});

it("prints the median rate, its range, and the processor time", () => {
  const rate = {
    decoding: "fast",
    crop: "training",
    imagesPerSecond: [90, 300, 310],
    cpuMs: [6, 7, 9],
  } as const;
  expect(formatDecoding([rate]).split("\n").at(-1)).toMatch(
    /fast +\| +training +\| +300 +\| +90 … 310 +\| +7.0/,
  );
});
