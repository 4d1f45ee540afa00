/** A constant oracle study with known correlations. */
import type { OracleMeasurements, UnitNumbers } from "../src/oracle/measurements.ts";

/** The last group has too few units for a correlation. */
const lossChanges: UnitNumbers = {
  conv1: [0.4, 0.1, -0.2, 0.05],
  conv2: [0.003, 0.02, 0, 0.3, 0.008],
  fc1: [0.01, -0.03],
};

const scored = (of: (change: number, index: number) => number): UnitNumbers =>
  Object.fromEntries(Object.entries(lossChanges).map(([group, changes]) => [group, changes.map(of)]));

const config: OracleMeasurements["config"] = {
  model: "lenet3",
  weights: "/weights/lenet3.bin",
  criteria: ["random", "bn-scale", "taylor-gate", "obd-hutchinson"],
  criterion: ["/plugins/mine.ts"],
  images: 1000,
  batchSize: 64,
  mode: "eval",
  seed: 3,
  engine: "wasm",
  data: null,
  subsetImages: 100,
  jointImages: 64,
};

const subsets: OracleMeasurements["subsets"] = {
  group: "conv1",
  units: 4,
  images: 100,
  combinatorial: [0.5, 0.55, 0.62, 0.8, 2.3],
  greedy: [0.5, 0.55, 0.64, 0.8, 2.3],
  greedyFixed: [0.5, 0.55, 0.66, 0.9, 2.3],
  byCriterion: {
    random: [0.5, 0.9, 1.2, 1.9, 2.3],
    "taylor-gate": [0.5, 0.55, 0.66, 0.9, 2.3],
    "obd-hutchinson": [0.5, 0.7, 0.75, 0.9, 2.3],
    mine: [0.5, 0.7, 0.76, 1.1, 2.3],
  },
};

const joint: OracleMeasurements["joint"] = {
  images: 64,
  temperature: 4,
  sets: [
    { removed: 2, predicted: 0.01, measured: 0.02 },
    { removed: 4, predicted: 0.1, measured: 0.5 },
  ],
};

export function sampleOracle(changes: Partial<OracleMeasurements> = {}): OracleMeasurements {
  return {
    formatVersion: 1,
    config,
    network: { loss: 0.52, accuracy: 0.815, parameters: 131_550, macs: 3_520_120 },
    groups: Object.entries(lossChanges).map(([id, { length }]) => ({ id, units: length })),
    lossChanges,
    criteria: [
      { name: "random", scores: scored((_, i) => (i * 7) % 4), notes: [], secondsPerMinibatch: 0.001 },
      {
        name: "bn-scale",
        scores: null,
        notes: ["needs batch normalisation <behind> every unit; lenet3 has none"],
        secondsPerMinibatch: null,
      },
      // Squares: the oracle's order, but not a linear relation.
      { name: "taylor-gate", scores: scored((change) => change ** 2), notes: [], secondsPerMinibatch: 0.024 },
      // Signed scores: the signed order, but not that of the absolute values.
      {
        name: "obd-hutchinson",
        scores: scored((change) => 2 * change),
        notes: ["scores may be negative"],
        secondsPerMinibatch: 0.09,
      },
      // Equal scores in one group, none in another.
      {
        name: "mine",
        scores: { conv1: [1, 1, 1, 1], conv2: [1, 4, 2, Number.NaN, 3] },
        notes: [],
        secondsPerMinibatch: 0.03,
      },
    ],
    trainStepSeconds: 0.02,
    oracleSeconds: 66,
    subsets,
    joint,
    engine: "wasm 4.22.0, 2 threads",
    versions: { node: "20.20.2" },
    commit: "7344255",
    startedAt: "2025-01-31T12:00:00.000Z",
    durationMs: 754_000,
    ...changes,
  };
}
