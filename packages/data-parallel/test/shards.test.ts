/** Splitting a batch into shards, and the all-reduce. */
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";
import { createAllReduce, joinAllReduce } from "../src/all-reduce.ts";
import { bounds } from "../src/split-batch.ts";

it("shards are contiguous and not empty, and their sizes differ by at most 1", () => {
  expect(bounds(11, 3)).toEqual([
    [0, 4],
    [4, 8],
    [8, 11],
  ]);
  expect(bounds(2, 3)).toEqual([
    [0, 1],
    [1, 2],
  ]);
});

it("the all-reduce of a single worker returns its numbers, also if they exceed a slot", () => {
  const sums = Float64Array.from({ length: 10_000 }, (_, i) => i / 3);
  const expected = sums.slice();
  const reduce = joinAllReduce(createAllReduce(1), 0, 1, 1000);
  reduce(sums);
  reduce(sums);
  expect(sums).toEqual(expected);
});

it("a worker times out when the others do not arrive", () => {
  const reduce = joinAllReduce(createAllReduce(2), 0, 2, 20);
  expect(() => reduce(new Float64Array(3))).toThrow("waited 0.02 s");
});

it("a late notification of the previous round does not release a worker", async () => {
  const allReduce = createAllReduce(2);
  const program = new URL("./all-reduce-worker.mjs", import.meta.url);
  const thread = new Worker(program, { workerData: { allReduce, sum: 3 }, execArgv: [] });
  const message = once(thread, "message");
  while (Atomics.load(allReduce.control, 0) === 0) await setTimeout(10);
  for (let i = 0; i < 10; i++) {
    await setTimeout(10);
    Atomics.notify(allReduce.control, 1);
  }
  const sums = Float64Array.of(4);
  joinAllReduce(allReduce, 1, 2, 5000)(sums);
  expect(await message).toEqual([7]);
  expect(sums).toEqual(Float64Array.of(7));
});
