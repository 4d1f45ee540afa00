/** A short version of `drill:fuzz` with a new seed every time. */
import { createRandom } from "@secateur/base";
import { describe, expect, it } from "vitest";
import { fuzz } from "../src/fuzzing/fuzz.ts";
import { targetNames, targets } from "../src/fuzzing/targets.ts";

const seed = Date.now() % 2 ** 31;
const inputs = {
  pickle: 1500,
  pytorch: 500,
  safetensors: 1000,
  plan: 1000,
  image: 250,
  archive: 500,
  "model-json": 150,
} as const;

/** h5wasm never returns from some damaged HDF5 files, so `h5` and `keras` are in the drill alone, which has a watchdog. */
const tested = targetNames.filter((name) => name !== "h5" && name !== "keras");

describe.each(tested)("%s", (name) => {
  it("makes the same input from the same seed and index, whatever came before", async () => {
    const target = await targets[name]();
    const inputs = (): string[] =>
      Array.from({ length: 100 }, (_, i) => Buffer.from(target.make(createRandom(1, i))).toString("hex"));
    expect(inputs()).toEqual(inputs());
  });

  it(`accepts or rejects mutated inputs (seed ${seed})`, async () => {
    const options = { seed, from: 0, inputs: inputs[name], maximumMs: 10_000 };
    const { accepted, failures } = await fuzz(await targets[name](), options);
    expect(failures.map(({ index, problem }) => `seed ${seed}, input ${index}: ${problem}`)).toEqual([]);
    expect(accepted).toBeGreaterThan(inputs[name] / 50);
    expect(accepted).toBeLessThan(inputs[name]);
  });
});

it("reports an error that a reader may not throw, and an input that takes too long", async () => {
  const target = {
    name: "broken",
    make: () => Uint8Array.of(1),
    read: () => {
      throw new RangeError("too much");
    },
    rejections: [TypeError],
  };
  const slow = { ...target, read: () => new Promise((resolve) => setTimeout(resolve, 20)) };
  const options = { seed: 1, from: 5, inputs: 1, maximumMs: 10 };
  expect((await fuzz(target, options)).failures).toEqual([
    { index: 5, input: Uint8Array.of(1), problem: "RangeError: too much" },
  ]);
  expect((await fuzz(slow, options)).failures[0]?.problem).toMatch(/^took \d+ ms$/);
});
