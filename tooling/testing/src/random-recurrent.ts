/**
 * Random small recurrent networks for property tests: sequences through recurrent layers of every kind, merged directions, layers
 * per time step, shared layers and states that start other layers, with random weights.
 */
import * as tfl from "@tensorflow/tfjs-layers";
import fc from "fast-check";
import { randomizeWeights } from "./random-architecture.ts";

const kinds = [
  "simpleRNN",
  "gru",
  "lstm",
  "bidirectional",
  "stacked",
  "states",
  "shared",
  "residual",
  "dense",
  "norm",
] as const;

interface RecurrentBlock {
  readonly kind: (typeof kinds)[number];
  readonly units: number;
  readonly flag: boolean;
  readonly mergeMode: "concat" | "sum" | "mul" | "ave";
}

export interface RecurrentSpec {
  readonly steps: number;
  /** The number of input channels; 0 for a sequence of tokens, which are embedded. */
  readonly inputs: number;
  readonly blocks: readonly RecurrentBlock[];
  readonly head: "last" | "all" | "flatten";
  readonly seed: number;
}

/** What a random network is made of; `buildRecurrent` makes the model. */
export const recurrentSpec: fc.Arbitrary<RecurrentSpec> = fc.record({
  steps: fc.integer({ min: 2, max: 4 }),
  inputs: fc.integer({ min: 0, max: 3 }),
  blocks: fc.array(
    fc.record({
      kind: fc.constantFrom(...kinds),
      units: fc.integer({ min: 1, max: 5 }),
      flag: fc.boolean(),
      mergeMode: fc.constantFrom("concat" as const, "sum" as const, "mul" as const, "ave" as const),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  head: fc.constantFrom("last", "all", "flatten"),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
});

type Tensor = tfl.SymbolicTensor;

const apply = (layer: tfl.layers.Layer, x: Tensor | Tensor[]): Tensor => layer.apply(x) as Tensor;
const widthOf = (x: Tensor): number => x.shape.at(-1) ?? 0;

/** Options of a recurrent layer that returns sequences. tfjs's default initializer needs chained operations. */
function options(units: number, flag: boolean) {
  return { units, recurrentInitializer: "glorotNormal", returnSequences: true, useBias: flag } as const;
}

const builders: Readonly<Record<RecurrentBlock["kind"], (x: Tensor, block: RecurrentBlock) => Tensor>> = {
  simpleRNN: (x, { units, flag }) => apply(tfl.layers.simpleRNN(options(units, flag)), x),
  gru: (x, { units, flag }) => apply(tfl.layers.gru({ ...options(units, flag), goBackwards: flag }), x),
  lstm: (x, { units, flag }) => apply(tfl.layers.lstm(options(units, flag)), x),
  bidirectional: (x, { units, flag, mergeMode }) => {
    const layer = flag ? tfl.layers.lstm(options(units, true)) : tfl.layers.gru(options(units, false));
    return apply(tfl.layers.bidirectional({ layer, mergeMode }), x);
  },
  stacked: (x, { units, flag }) => {
    const { returnSequences, ...cell } = options(units, flag);
    const cells = [tfl.layers.lstmCell(cell), tfl.layers.gruCell({ ...cell, units: 3 })];
    return apply(tfl.layers.rnn({ cell: cells, returnSequences }), x);
  },
  states: (x, { units, flag }) => {
    const first = tfl.layers.lstm({ ...options(units, flag), returnState: true });
    const [sequence, h, c] = first.apply(x) as [Tensor, Tensor, Tensor];
    return apply(tfl.layers.lstm(options(units, true)), [sequence, h, c]);
  },
  shared: (x, { flag }) => {
    const layer = tfl.layers.gru(options(widthOf(x), flag));
    return apply(layer, apply(layer, x));
  },
  residual: (x, { flag }) =>
    apply(tfl.layers.add(), [x, apply(tfl.layers.simpleRNN(options(widthOf(x), flag)), x)]),
  dense: (x, { units, flag }) => {
    const layer = tfl.layers.dense({ units, activation: "tanh" });
    return apply(flag ? tfl.layers.timeDistributed({ layer }) : layer, x);
  },
  norm: (x, { flag }) => {
    const layer = tfl.layers.batchNormalization();
    return apply(flag ? tfl.layers.timeDistributed({ layer }) : layer, x);
  },
};

/** The model of a spec, with random weights. The caller disposes it. */
export function buildRecurrent(spec: RecurrentSpec): tfl.LayersModel {
  const hasTokens = spec.inputs === 0;
  const input = hasTokens
    ? tfl.input({ shape: [spec.steps], dtype: "int32" })
    : tfl.input({ shape: [spec.steps, spec.inputs] });
  const first = hasTokens ? apply(tfl.layers.embedding({ inputDim: 6, outputDim: 4 }), input) : input;
  const body = spec.blocks.reduce<Tensor>((x, block) => builders[block.kind](x, block), first);
  const model = tfl.model({ inputs: input, outputs: headOf(body, spec) });
  randomizeWeights(model, spec.seed);
  return model;
}

function headOf(x: Tensor, { head }: RecurrentSpec): Tensor {
  const classes = tfl.layers.dense({ units: 3, activation: "softmax" });
  if (head === "all") return apply(tfl.layers.timeDistributed({ layer: classes }), x);
  if (head === "flatten") return apply(classes, apply(tfl.layers.flatten(), x));
  const { returnSequences: _, ...last } = options(4, true);
  return apply(classes, apply(tfl.layers.gru(last), x));
}
