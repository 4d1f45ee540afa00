import { describe, expect, it } from "vitest";
import { type CompareEvent, compareEvents } from "../src/compare/events.ts";
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

describe("tests of pruned networks", () => {
  const tested = (ratio: number, accuracy: number): CompareEvent => ({
    type: "tested",
    test: {
      seed: 0,
      criterion: "l1",
      ratio,
      stage: "pruned",
      accuracy,
      loss: 1,
      top5: null,
      agreement: null,
    },
  });
  const plan = { formatVersion: 1, remove: {}, fingerprint: "" };
  /** As the log of a run before there was repair has it. */
  const oldCell = {
    ...{ seed: 0, criterion: "l1", ratio: 0.5, budget: "units", parameters: 1, macs: 1, keptUnits: {} },
    ...{ accuracyBefore: 0.9, accuracyPruned: 0.5, accuracyTuned: null },
    ...{ lossBefore: 1, lossPruned: 2, lossTuned: null, notes: [], plan },
  };

  it("count once, and only until their cell has a result", () => {
    const events = [tested(0.5, 0.5), tested(0.7, 0.3), tested(0.7, 0.4)];
    expect(readRecord(events).tests.map(({ ratio, accuracy }) => [ratio, accuracy])).toEqual([
      [0.5, 0.5],
      [0.7, 0.4],
    ]);
    const cell = compareEvents.parse({ type: "cell", cell: oldCell });
    expect(readRecord([...events, cell]).tests.map(({ ratio }) => ratio)).toEqual([0.7]);
    expect(readRecord([cell]).cells.get("0/l1/0.5")).toMatchObject({
      accuracyRepaired: null,
      repairSeconds: null,
      lossRepaired: null,
      top5Pruned: null,
      agreementPruned: null,
    });
  });
});
