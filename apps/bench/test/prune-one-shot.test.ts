/** The one-shot job on synthetic images: what repair restores, what fine-tuning starts from, and what a resumed job skips. */
import { defineCriterion } from "@secateur/criteria";
import { disposeModel, modelGraph } from "@secateur/model-graph";
import { createModel } from "@secateur/models";
import { evaluate } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { completeConfig } from "../src/compare/cifar10-config.ts";
import type { StageTest, TestedBaseline } from "../src/compare/events.ts";
import { encodeCheckpoint } from "../src/compare/jobs/checkpoint.ts";
import type { JobEvent, PruneJob } from "../src/compare/jobs/job.ts";
import { pruneOneShot } from "../src/compare/jobs/prune-one-shot.ts";
import { sharedScores } from "../src/compare/jobs/shared-scores.ts";
import { readRecord } from "../src/compare/recorded.ts";
import { workLeft } from "../src/compare/work-left.ts";
import { eventsOf } from "../src/run/event-log.ts";
import { cellsOf, collected, logged, workOf } from "./job-events.ts";
import { syntheticBatches } from "./synthetic-batches.ts";

const units = 16 + 32 + 120 + 84;
const copies = 42;
const config = completeConfig({ criteria: [], ratios: [copies / units], finetune: 0.5, seeds: 1 });
const [ratio = 0] = config.ratios;
const data = syntheticBatches(200, 40);

/** Removes the first half of the units of `fc2`, which are copies of the other half. */
const copied = defineCriterion({
  name: "copied",
  observes: [],
  score: ({ id, unitCount }) =>
    tf.tensor1d(Array.from({ length: unitCount }, (_, unit) => (id === "fc2" && unit < copies ? 0 : 1))),
});

let job: PruneJob;
let baseline: TestedBaseline;
/** Loss of the unpruned network on the first minibatch of fine-tuning. */
let firstLoss = 0;
let whole: readonly JobEvent[] = [];

const scoresOf = sharedScores(new Map([["copied", () => copied]]), data);
const run = (changes: Partial<PruneJob> = {}, settings = config): Promise<readonly JobEvent[]> =>
  collected(pruneOneShot({ ...job, ...changes }, scoresOf, { config: settings, data, baseline }));

beforeAll(async () => {
  const model = createModel("lenet3");
  const change = (name: string, f: (value: tf.Tensor) => tf.Tensor): void => {
    const weight = modelGraph(model).weights.get(name);
    if (weight === undefined) throw new Error(`no weight ${name}`);
    const value = tf.tidy(() => f(weight.read()));
    weight.write(value);
    value.dispose();
  };
  const doubled = (value: tf.Tensor): tf.Tensor => {
    const [half] = tf.split(value, 2, -1);
    return half === undefined ? value : tf.concat([half, half], -1);
  };
  change("fc2/kernel", doubled);
  change("fc3/kernel", (value) => tf.mul(value, 30)); // so that losses differ clearly
  const { loss, accuracy, predictions } = await evaluate(model, data.test("cifar10"), { predictions: true });
  baseline = { seed: 0, parameters: 121_182, macs: 2_333_648, accuracy, loss, top5: null };
  for await (const batch of data.training(100, "cifar10")(0)) {
    firstLoss = (await evaluate(model, [batch])).loss;
    break;
  }
  const network = encodeCheckpoint(model, { normalization: "cifar10" });
  disposeModel(model);
  job = {
    ...{ kind: "prune", seed: 0, criterion: "copied", ratios: config.ratios, tests: [] },
    ...{ network, checkpoint: null, classes: new Uint8Array(predictions?.buffer ?? new ArrayBuffer()) },
  };
  whole = await run();
});

describe("pruneOneShot", () => {
  it("repairs a network that lost copies of other units: it computes what it did", () => {
    const [cell] = cellsOf(whole);
    const { lossPruned = 0, lossRepaired, accuracyRepaired } = cell ?? {};
    expect(cell?.keptUnits["fc2"]).toEqual({ kept: 84 - copies, total: 84 });
    const change = Math.abs(lossPruned - baseline.loss);
    expect(change).toBeGreaterThan(0.5);
    expect(Math.abs((lossRepaired ?? 0) - baseline.loss)).toBeLessThan(0.02 * change);
    expect(accuracyRepaired).toBeCloseTo(baseline.accuracy, 1);
    expect(cell?.agreementRepaired).toBeGreaterThan(0.9);
    expect(cell?.agreementPruned).toBeLessThan(cell?.agreementRepaired ?? 0);
    expect(cell?.repairSeconds).toBeGreaterThan(0);
  });

  it("fine-tunes from the repaired network, or from the pruned one without repair", async () => {
    const firstOf = (events: readonly JobEvent[]): number =>
      eventsOf(logged(events), "fine-tuning")[0]?.point.loss ?? 0;
    expect(firstOf(whole)).toBeCloseTo(firstLoss, 1);
    const plain = await run({}, { ...config, compensate: false });
    expect(Math.abs(firstOf(plain) - firstLoss)).toBeGreaterThan(0.3);
    expect(cellsOf(plain)[0]).toMatchObject({
      lossPruned: cellsOf(whole)[0]?.lossPruned,
      ...{ accuracyRepaired: null, lossRepaired: null, repairSeconds: null },
    });
  });

  it("fine-tunes with the unpruned network as teacher: the repaired one agrees with it, so a tenth of the loss is left", async () => {
    const distilled = await run({}, { ...config, distill: true });
    const [point] = eventsOf(logged(distilled), "fine-tuning").map((event) => event.point);
    expect((point?.loss ?? 0) / firstLoss).toBeCloseTo(0.1, 1);
    expect(cellsOf(distilled)[0]?.lossTuned).not.toBe(cellsOf(whole)[0]?.lossTuned);
  });

  it("does the predicted work, with and without repair", async () => {
    const predicted = async (settings = config): Promise<number> =>
      (await workLeft({ config: settings, log: { events: [] } }, data, 1)).pruning;
    expect(workOf(whole)).toBeCloseTo(await predicted(), 6);
    const plain = { ...config, compensate: false, finetune: 0 };
    expect(workOf(await run({}, plain))).toBeCloseTo(await predicted(plain), 6);
  });

  it("continues behind a logged test of the plain network", async () => {
    const test: StageTest = {
      ...{ seed: 0, criterion: "copied", ratio, stage: "pruned" },
      ...{ accuracy: 0.125, loss: 7, top5: null, agreement: 0.25 },
    };
    const events = [{ type: "tested", test }] as const;
    const resumed = await run({ tests: readRecord(events).tests });
    const [cell] = cellsOf(whole);
    expect(cellsOf(resumed)).toEqual([
      {
        ...cell,
        accuracyPruned: 0.125,
        agreementPruned: 0.25,
        lossPruned: 7,
        repairSeconds: expect.any(Number),
      },
    ]);
    expect(eventsOf(logged(resumed), "tested").map(({ test: { stage } }) => stage)).toEqual(["repaired"]);
    expect(workOf(resumed)).toBeCloseTo((await workLeft({ config, log: { events } }, data, 1)).pruning, 6);
  });
});
