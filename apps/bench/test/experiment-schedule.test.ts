/** The schedule of an experiment on a small residual network: removals, gates left, and the same result from every checkpoint. */

import { batches, syntheticImages } from "@secateur/datasets";
import { buildDependencyGraph, type DependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import { sgd } from "@secateur/training";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import type { ExperimentEvent } from "../src/experiments/events.ts";
import { type Experiment, lastRemoval, readExperiment, removalCount } from "../src/experiments/experiment.ts";
import { lastOfEach } from "../src/experiments/logged.ts";
import { runSchedule } from "../src/experiments/run-schedule.ts";
import { learningRateAt } from "../src/experiments/tune-phase.ts";

/** A stem without gates, and a stage of two blocks: 12 + 8 + 8 units. */
function network(): tfl.LayersModel {
  const init = (seed: number): object => ({ kernelInitializer: tfl.initializers.heNormal({ seed }) });
  const conv = (name: string, filters: number, seed: number): tfl.layers.Layer =>
    tfl.layers.conv2d({ name, filters, kernelSize: 3, padding: "same", useBias: false, ...init(seed) });
  const normalized = (x: tfl.SymbolicTensor, name: string): tfl.SymbolicTensor =>
    tfl.layers.batchNormalization({ name, momentum: 0.9 }).apply(x) as tfl.SymbolicTensor;
  const relu = (x: tfl.SymbolicTensor, name: string): tfl.SymbolicTensor =>
    tfl.layers.reLU({ name }).apply(x) as tfl.SymbolicTensor;
  const input = tfl.input({ shape: [8, 8, 3], name: "input" });
  const stem = conv("stem", 4, 1).apply(input) as tfl.SymbolicTensor;
  let x = relu(normalized(conv("first", 12, 2).apply(stem) as tfl.SymbolicTensor, "first-bn"), "first-relu");
  for (const block of [1, 2]) {
    const inner = relu(
      normalized(conv(`a${block}`, 8, 10 * block).apply(x) as tfl.SymbolicTensor, `bn${block}`),
      `relu${block}`,
    );
    const outer = normalized(
      conv(`b${block}`, 12, 10 * block + 1).apply(inner) as tfl.SymbolicTensor,
      `end${block}`,
    );
    x = relu(tfl.layers.add({ name: `add${block}` }).apply([x, outer]) as tfl.SymbolicTensor, `sum${block}`);
  }
  const pooled = tfl.layers.globalAveragePooling2d({ name: "pool" }).apply(x);
  const output = tfl.layers
    .dense({ name: "out", units: 10, activation: "softmax", ...init(5) })
    .apply(pooled);
  return tfl.model({ inputs: input, outputs: output as tfl.SymbolicTensor });
}

const own = readExperiment("resnet50-81");
const experiment: Experiment = {
  ...own,
  gates: { ...own.gates, exclude: ["stem"], units: 28 },
  pruning: { ...own.pruning, budget: { units: 11 }, unitsPerRemoval: 2, frequency: 3, firstRemoval: 4 },
  training: { ...own.training, batch: 8, epochs: 2, learningRate: 0.01, decayEpochs: 1 },
};

const { train, test } = syntheticImages({ classes: 10, count: 80, testCount: 20, shape: [8, 8, 3], seed: 1 });
const normalize = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
const data = {
  test: () => batches(test, { batchSize: 20, normalize }),
  testCount: test.count,
  scoring: () => batches(train, { batchSize: 8, normalize }),
};

/** A run's directory. */
interface Memory {
  readonly events: readonly ExperimentEvent[];
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const empty: Memory = { events: [], files: new Map() };

interface Ended {
  readonly weights: readonly number[][];
  /** The directory after each write; the last one is that of the end. */
  readonly moments: readonly Memory[];
}

/** Goes on from what a killed process has left. */
async function run({ events, files }: Memory, repair = false): Promise<Ended> {
  const now = { events: [...events], files: new Map(files) };
  const moments: Memory[] = [];
  const written = (): void => void moments.push({ events: [...now.events], files: new Map(now.files) });
  const graph: DependencyGraph = buildDependencyGraph(network());
  const { learningRate, momentum } = experiment.training;
  const optimizer = sgd({ learningRate, momentum });
  const directory = {
    config: { seed: 0, repair },
    log: {
      events: now.events,
      append(event: ExperimentEvent): void {
        now.events.push(event);
        written();
      },
    },
    read: (name: string) => now.files.get(name) ?? null,
    write(name: string, content: string | Uint8Array): void {
      now.files.set(name, content as Uint8Array);
      written();
    },
  };
  const progress = {
    task: () => ({ advance: () => undefined, done: () => undefined }),
    log: () => undefined,
    stop: () => undefined,
  };
  try {
    const { model } = await runSchedule(directory, progress, data, {
      experiment,
      graph,
      optimizer,
      microBatches: 2,
      training: (epoch, skip = 0) =>
        batches(train, { batchSize: 8, epoch, skip: 8 * skip, shuffle: true, normalize }),
      stepsPerEpoch: 10,
    });
    const weights = model.getWeights().map((weight) => [...weight.dataSync()]);
    disposeModel(model);
    return { weights, moments };
  } finally {
    optimizer.dispose();
    disposeModel(graph.model);
  }
}

/** What the log says, each event once. */
function resultsOf({ events }: Memory = empty): unknown {
  return [
    lastOfEach(events, "tested", ({ test: { stage } }) => stage),
    lastOfEach(events, "removal", ({ removal }) => removal.step),
    lastOfEach(events, "fine-tuning", ({ point }) => point.epoch),
  ];
}

describe("the schedule of an experiment", () => {
  it("removes at the experiment's minibatches, down to its gates, and trains to the end of the last epoch", async () => {
    const { weights, moments } = await run(empty);
    const events = moments.at(-1)?.events ?? [];
    const removals = events.flatMap((event) => (event.type === "removal" ? [event.removal] : []));
    expect(removals.map(({ step }) => step)).toEqual([4, 7, 10, 13, 16, 19]);
    expect(removals.map(({ removed }) => removed)).toEqual([2, 4, 6, 8, 10, 11]);
    expect(removals).toHaveLength(Number(removalCount(experiment)));
    expect(removals.at(-1)?.step).toBe(lastRemoval(experiment));
    expect(removals.at(-1)?.gatesLeft).toBeCloseTo(17 / 28, 10);
    expect(weights[0]).toHaveLength(3 * 3 * 3 * 4); // the stem has no gates
    const points = events.flatMap((event) => (event.type === "fine-tuning" ? [event.point] : []));
    expect(points[0]?.epoch).toBeCloseTo(2, 10); // pruning used 19 minibatches, of ten an epoch
    expect(points.at(-1)?.epoch).toBeCloseTo(3, 10);
    expect(points.map(({ learningRate }) => learningRate)).toEqual(
      points.map(({ epoch }) => learningRateAt(experiment, Math.ceil(epoch - 1e-9) - 2)),
    );
    const tests = events.flatMap((event) => (event.type === "tested" ? [event.test.stage] : []));
    expect(tests).toEqual(["unpruned", "pruned", "fine-tuned"]);
  });

  it.each([
    // After the log of a removal and before its checkpoint; in the fine-tuning.
    [false, { 5: "removal", 17: "fine-tuning" }],
    // After the test of the repaired network and before its checkpoint.
    [true, { 15: "tested" }],
  ])("ends with the same result wherever it is killed; repair: %s", async (repair, kills) => {
    const { weights, moments } = await run(empty, repair);
    const results = resultsOf(moments.at(-1));
    for (const [kill, last] of Object.entries(kills)) {
      const moment = moments[Number(kill)] ?? empty;
      expect(moment.events.at(-1)?.type).toBe(last);
      const resumed = await run(moment, repair);
      expect(resumed.weights).toEqual(weights);
      expect(resultsOf(resumed.moments.at(-1))).toEqual(results);
    }
  });
});
