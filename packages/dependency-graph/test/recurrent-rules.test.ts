/** Rules of recurrent layers and wrappers on small networks whose groups are written down by hand. */

import { disposeModel } from "@secateur/model-graph";
import * as tfl from "@tensorflow/tfjs-layers";
import { expect, it } from "vitest";
import {
  buildDependencyGraph,
  describeGraph,
  fingerprint,
  type LayerRule,
  layerRules,
} from "../src/index.ts";

type Tensor = tfl.SymbolicTensor;
const apply = (layer: tfl.layers.Layer, x: Tensor | Tensor[]): Tensor => layer.apply(x) as Tensor;
const vector = (units: number, name: string) =>
  ({ units, name, recurrentInitializer: "glorotNormal" }) as const;

/** A sequence `[3, 2]`, `body`, Dense "head". */
function network(body: (x: Tensor) => Tensor): tfl.LayersModel {
  const x = tfl.input({ shape: [3, 2], name: "sequence" });
  return tfl.model({ inputs: x, outputs: apply(tfl.layers.dense({ units: 3, name: "head" }), body(x)) });
}

/** `id: units` of each group, its slices `weight[axis] role indices`, and its counts. */
function shown(body: (x: Tensor) => Tensor): readonly string[] {
  const model = network(body);
  const { groups } = buildDependencyGraph(model);
  disposeModel(model);
  return groups.flatMap(({ id, unitCount, slices, counts }) => [
    `${id}: ${unitCount}`,
    ...slices.map(({ weight, axis, role, indices }) => `  ${weight}[${axis}] ${role} ${indices.join(" ")}`),
    ...counts.map(({ layer, path, perUnit }) => `  ${layer} ${path.join(".")} ${perUnit.join(" ")}`),
  ]);
}

it("a GRU's unit has a column per gate and a row of the recurrent kernel", () => {
  expect(shown((x) => apply(tfl.layers.gru(vector(2, "gru")), x))).toEqual([
    "gru: 2",
    "  gru/recurrent_kernel[0] recurrent 0 1",
    "  gru/kernel[1] kernel 0 2 4 1 3 5",
    "  gru/recurrent_kernel[1] kernel 0 2 4 1 3 5",
    "  gru/bias[0] bias 0 2 4 1 3 5",
    "  head/kernel[0] input 0 1",
    "  gru units 1 1",
  ]);
});

it("stacked cells have groups of their own, the first is read by the second", () => {
  const cell = [tfl.layers.simpleRNNCell(vector(2, "a")), tfl.layers.simpleRNNCell(vector(1, "b"))];
  expect(shown((x) => apply(tfl.layers.rnn({ name: "rnn", cell }), x))).toEqual([
    "rnn: 2",
    "  rnn/cell0.recurrent_kernel[0] recurrent 0 1",
    "  rnn/cell0.kernel[1] kernel 0 1",
    "  rnn/cell0.recurrent_kernel[1] kernel 0 1",
    "  rnn/cell0.bias[0] bias 0 1",
    "  rnn/cell1.kernel[0] input 0 1",
    "  rnn cell.config.cells.0.config.units 1 1",
    "rnn#2: 1",
    "  rnn/cell1.recurrent_kernel[0] recurrent 0",
    "  rnn/cell1.kernel[1] kernel 0",
    "  rnn/cell1.recurrent_kernel[1] kernel 0",
    "  rnn/cell1.bias[0] bias 0",
    "  head/kernel[0] input 0",
    "  rnn cell.config.cells.1.config.units 1",
  ]);
});

it("Bidirectional ties both directions, which share one configuration", () => {
  const layer = tfl.layers.simpleRNN({ ...vector(2, "rnn"), useBias: false });
  const both = tfl.layers.bidirectional({ name: "both", layer, mergeMode: "concat" });
  expect(shown((x) => apply(both, x))).toEqual([
    "both: 2",
    "  both/forward.recurrent_kernel[0] recurrent 0 1",
    "  both/forward.kernel[1] kernel 0 1",
    "  both/forward.recurrent_kernel[1] kernel 0 1",
    "  both/backward.recurrent_kernel[0] recurrent 0 1",
    "  both/backward.kernel[1] kernel 0 1",
    "  both/backward.recurrent_kernel[1] kernel 0 1",
    "  head/kernel[0] input 0 2 1 3",
    "  both layer.config.units 1 1",
  ]);
});

it("initial states are tied to the units; those of a model input pin them", () => {
  const start = (x: Tensor): Tensor =>
    apply(tfl.layers.dense({ units: 2, name: "start" }), apply(tfl.layers.flatten(), x));
  const lines = shown((x) => apply(tfl.layers.gru(vector(2, "gru")), [x, start(x)]));
  expect(lines).toContain("start: 2");
  expect(lines).toContain("  start/kernel[1] kernel 0 1");
  expect(lines).toContain("  gru/recurrent_kernel[0] recurrent 0 1");
  const [x, state] = [tfl.input({ shape: [3, 2] }), tfl.input({ shape: [2] })];
  const gru = apply(tfl.layers.gru(vector(2, "gru")), [x, state]);
  const model = tfl.model({ inputs: [x, state], outputs: apply(tfl.layers.dense({ units: 3 }), gru) });
  expect(buildDependencyGraph(model).groups).toEqual([]);
  disposeModel(model);
});

it("TimeDistributed applies the rule of its layer, also one that is passed by value", () => {
  const rule: LayerRule = ({ unsupported }) => unsupported("it is not to be pruned");
  const body = (x: Tensor): Tensor => {
    const layer = tfl.layers.dense({ name: "dense", units: 2 });
    return apply(tfl.layers.flatten(), apply(tfl.layers.timeDistributed({ name: "steps", layer }), x));
  };
  expect(shown(body)).toEqual([
    "steps: 2",
    "  steps/kernel[1] kernel 0 1",
    "  steps/bias[0] bias 0 1",
    "  head/kernel[0] input 0 2 4 1 3 5",
    "  steps layer.config.units 1 1",
  ]);
  const model = network(body);
  const pinned = buildDependencyGraph(model, { rules: { ...layerRules, Dense: rule } });
  expect(describeGraph(pinned)).toContain("steps (TimeDistributed): 2 channels, it is not to be pruned");
  disposeModel(model);
});

it("cells and wrapped layers without a rule are pinned, with the reason", () => {
  const sequential = tfl.sequential({ layers: [tfl.layers.dense({ units: 2, inputShape: [2] })] });
  const model = network((x) =>
    apply(tfl.layers.flatten(), apply(tfl.layers.timeDistributed({ name: "steps", layer: sequential }), x)),
  );
  expect(describeGraph(buildDependencyGraph(model))).toContain("it wraps a model");
  disposeModel(model);
});

it("fingerprints tell merge modes and wrapped layers apart, not the names that tfjs gives them", () => {
  const of = (mergeMode: "sum" | "mul", activation: "relu" | "tanh"): string => {
    const layer = tfl.layers.gru({ units: 2, returnSequences: true, recurrentInitializer: "glorotNormal" });
    const model = network((x) => {
      const both = apply(tfl.layers.bidirectional({ name: "both", layer, mergeMode }), x);
      const inner = activation === "relu" ? tfl.layers.reLU() : tfl.layers.activation({ activation });
      const flat = tfl.layers.flatten({ name: "flat" });
      return apply(flat, apply(tfl.layers.timeDistributed({ name: "each", layer: inner }), both));
    });
    const found = fingerprint(model);
    disposeModel(model);
    return found;
  };
  expect(of("sum", "relu")).toBe(of("sum", "relu"));
  expect(new Set([of("sum", "relu"), of("mul", "relu"), of("sum", "tanh")]).size).toBe(3);
});
