/** How a batch is shared out, and how workers add up numbers. */
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";
import { createMeeting, meet } from "../src/meeting.ts";
import { bounds } from "../src/split.ts";

it("parts are contiguous, never empty, and differ by one example at most", () => {
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

it("a meeting of one gives back its numbers, also more than a place holds", () => {
  const sums = Float64Array.from({ length: 10_000 }, (_, i) => i / 3);
  const expected = sums.slice();
  const reduce = meet(createMeeting(1), 0, 1, 1000);
  reduce(sums);
  reduce(sums);
  expect(sums).toEqual(expected);
});

it("a worker gives up when the others do not come", () => {
  const reduce = meet(createMeeting(2), 0, 2, 20);
  expect(() => reduce(new Float64Array(3))).toThrow("waited 0.02 s");
});

it("a stray wake-up, as a slow worker's of the round before, lets nobody go on", async () => {
  const meeting = createMeeting(2);
  const program = new URL("./meeting-worker.mjs", import.meta.url);
  const thread = new Worker(program, { workerData: { meeting, sum: 3 }, execArgv: [] });
  const answer = once(thread, "message");
  while (Atomics.load(meeting.control, 0) === 0) await setTimeout(10);
  for (let i = 0; i < 10; i++) {
    await setTimeout(10);
    Atomics.notify(meeting.control, 1);
  }
  const sums = Float64Array.of(4);
  meet(meeting, 1, 2, 5000)(sums);
  expect(await answer).toEqual([7]);
  expect(sums).toEqual(Float64Array.of(7));
});
