/** Constant results of a run. */
import { defaults } from "../src/compare/cifar10-config.ts";
import { type Baseline, type Cell, type Summary, summarise } from "../src/compare/results.ts";

const seeds = [0, 1];
const criteria = ["random", "taylor-gate"];
const ratios = [0.5, 0.7];

const baselines: readonly Baseline[] = seeds.map((seed) => ({
  seed,
  parameters: 131_550,
  macs: 3_520_120,
  latencyMsPerImage: { median: 0.05, low: 0.048, high: 0.056 },
  accuracy: 0.7 + 0.01 * seed,
  loss: 0.85,
  top5: 0.95,
}));

const cells: readonly Cell[] = seeds.flatMap((seed) =>
  criteria.flatMap((criterion, i) =>
    ratios.map((ratio) => ({
      seed,
      criterion,
      ratio,
      budget: "units" as const,
      parameters: Math.round(131_550 * (1 - ratio)) + seed * 200,
      macs: Math.round(3_520_120 * (1 - ratio)),
      latencyMsPerImage: {
        median: 0.05 * (1 - ratio / 2),
        low: 0.048 * (1 - ratio / 2),
        high: 0.056 * (1 - ratio / 2),
      },
      accuracyBefore: 0.7 + 0.01 * seed,
      accuracyPruned: 0.6 - ratio * (0.6 - 0.3 * i) + 0.02 * seed,
      accuracyRepaired: 0.66 - ratio * (0.4 - 0.2 * i) + 0.01 * seed,
      repairSeconds: 0.4 + 0.2 * seed,
      accuracyTuned: 0.7 - ratio * (0.2 - 0.1 * i) + 0.01 * seed,
      lossBefore: 0.85,
      lossPruned: 1.8,
      lossRepaired: 1.3,
      lossTuned: 1.1,
      top5Before: 0.95,
      top5Pruned: 0.9 - ratio * 0.2,
      top5Repaired: 0.94 - ratio * 0.1,
      top5Tuned: 0.94,
      agreementPruned: 0.8 - ratio * (0.6 - 0.3 * i),
      agreementRepaired: 0.9 - ratio * (0.4 - 0.2 * i),
      agreementTuned: 0.9,
      keptUnits: { conv1: { kept: 8 + seed, total: 16 }, fc1: { kept: 30, total: 120 } },
      notes: i === 0 ? ["scores are <random> & mean nothing"] : [],
    })),
  ),
);

/** The same numbers as an iterative run, which repairs nothing and fine-tunes after the last ratio only. */
export function iterativeSummary(): Summary {
  const {
    formatVersion: _,
    rows: __,
    seeds: ___,
    ...measured
  } = sampleSummary({ iterative: true, frequency: 10, compensate: false });
  const last = Math.max(...ratios);
  const unrepaired = {
    accuracyRepaired: null,
    repairSeconds: null,
    lossRepaired: null,
    top5Repaired: null,
    agreementRepaired: null,
  };
  const untuned = { accuracyTuned: null, lossTuned: null, top5Tuned: null, agreementTuned: null };
  return summarise({
    ...measured,
    cells: cells.map((cell) => ({ ...cell, ...unrepaired, ...(cell.ratio === last ? {} : untuned) })),
    fineTuneCurves: measured.fineTuneCurves.filter(({ ratio }) => ratio === last),
  });
}

export function sampleSummary(changes: Partial<Summary["config"]> = {}): Summary {
  return summarise({
    config: { ...defaults, criteria, ratios, seeds: seeds.length, ...changes },
    criteria,
    baselines,
    cells,
    trainingCurve: seeds.flatMap((seed) =>
      [1, 2, 3].map((epoch) => ({ seed, epoch, loss: 2 / epoch, accuracy: 0.2 * epoch })),
    ),
    fineTuneCurves: cells.flatMap(({ seed, criterion, ratio }) =>
      [0.5, 1].map((epoch) => ({ seed, criterion, ratio, epoch, loss: 1 + ratio / epoch, accuracy: 0.6 })),
    ),
    pinned: [{ layer: 'my<layer onclick="x">', reason: "no rule for its class" }],
    testCount: 10_000,
    inapplicable: {},
    scoring: { batchSize: 128, minibatches: 10 },
    engine: { name: "wasm", description: "wasm 4.22.0, 2 threads" },
    versions: { node: "20.20.2" },
    commit: "7344255",
    startedAt: "2025-01-31T12:00:00.000Z",
    durationMs: 754_000,
  });
}
