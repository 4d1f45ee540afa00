import { expect, it } from "vitest";
import type { CompareEvent } from "../src/compare/events.ts";
import { readRecord } from "../src/compare/recorded.ts";

it("orders curves, and keeps the last of events that were logged twice", () => {
  const point = (criterion: string, seed: number, epoch: number, loss = 1): CompareEvent => ({
    type: "fine-tuning",
    point: { criterion, ratio: 0.5, seed, epoch, loss, accuracy: 0.5 },
  });
  const events = [
    point("l2", 0, 1),
    point("l1", 1, 0.5),
    point("l2", 0, 0.5),
    point("l1", 0, 1),
    point("l2", 0, 1, 2),
  ];
  const { fineTuning } = readRecord(events);
  expect(fineTuning.map(({ criterion, seed, epoch, loss }) => [criterion, seed, epoch, loss])).toEqual([
    ["l1", 0, 1, 1],
    ["l1", 1, 0.5, 1],
    ["l2", 0, 0.5, 1],
    ["l2", 0, 1, 2],
  ]);
});
