import { expect, it } from "vitest";
import { readRecord } from "../src/compare/recorded.ts";

it("orders curves by what they are of, and takes the last of what was logged twice", () => {
  const point = (criterion: string, seed: number, epoch: number, loss = 1): object => ({
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
  const { fineTuning } = readRecord(events.map((event) => ({ type: "", ...event })));
  expect(fineTuning.map(({ criterion, seed, epoch, loss }) => [criterion, seed, epoch, loss])).toEqual([
    ["l1", 0, 1, 1],
    ["l1", 1, 0.5, 1],
    ["l2", 0, 0.5, 1],
    ["l2", 0, 1, 2],
  ]);
});
