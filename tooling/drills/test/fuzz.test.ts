/** A short version of `drill:fuzz` with a new seed every time. */
import fs from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { createRandom } from "@secateur/base";
import { loadModel } from "@secateur/model-files";
import { disposeModel } from "@secateur/model-graph";
import { describe, expect, it } from "vitest";
import { fuzz } from "../src/fuzzing/fuzz.ts";
import { targetNames, targets } from "../src/fuzzing/targets.ts";

const seed = Date.now() % 2 ** 31;
const fixtures = path.join(import.meta.dirname, "../../../packages/model-files/test/fixtures");
const inputs = {
  pickle: 1500,
  pytorch: 500,
  safetensors: 1000,
  plan: 1000,
  image: 250,
  archive: 500,
  "model-json": 150,
  h5: 60,
  keras: 60,
} as const;

describe.each(targetNames)("%s", (name) => {
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

it("an HDF5 file from which h5wasm never returns ends with the time limit, and the next file is read", async () => {
  const { make } = await targets.h5();
  const load = (bytes: Uint8Array, timeoutMs: number) =>
    loadModel(new File([Uint8Array.from(bytes)], "model.h5"), { timeoutMs });
  const damaged = make(createRandom(77, 36));
  const start = performance.now();
  await expect(load(damaged, 2_000)).rejects.toThrow(
    '"model.h5" is damaged: its HDF5 file could not be read within 2000 ms',
  );
  expect(performance.now() - start).toBeGreaterThan(1_990);
  const intact = gunzipSync(fs.readFileSync(path.join(fixtures, "keras2-sequential.h5.gz")));
  disposeModel(await load(intact, 60_000));
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
