/**
 * Random small networks from every ordinary layer class of tfjs-layers: sequences, feature maps and volumes, tokens and
 * channels-first data, with reshapes between them.
 */
import * as tfl from "@tensorflow/tfjs-layers";
import fc from "fast-check";
import { randomizeWeights } from "../random-architecture.ts";
import { type Block, type Builder, buildWith, elementwise, type Tensor } from "./block.ts";
import { onMaps } from "./map.ts";
import { onSequences, onVectors, onVolumes } from "./sequence.ts";

const inputs = {
  map: [5, 4, 2],
  sequence: [6, 2],
  volume: [3, 2, 3, 2],
  vector: [5],
} as const;

export interface LayersSpec {
  readonly input: keyof typeof inputs;
  readonly blocks: readonly Block[];
  readonly seed: number;
}

/** What a network is made of; `buildLayers` makes the model. */
export const anyLayers: fc.Arbitrary<LayersSpec> = fc.record({
  input: fc.constantFrom("map", "map", "sequence", "volume", "vector"),
  blocks: fc.array(
    fc.record({
      kind: fc.nat(999),
      width: fc.integer({ min: 1, max: 5 }),
      kernel: fc.integer({ min: 1, max: 3 }),
      flag: fc.boolean(),
    }),
    { minLength: 2, maxLength: 7 },
  ),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
});

/** By the number of axes, the batch axis included. */
const builders: Readonly<Record<number, readonly Builder[]>> = {
  2: onVectors,
  3: onSequences,
  4: onMaps,
  5: onVolumes,
};

/** A tensor with more values ends the network. */
const largest = 2000;

/** The model of a spec, with random weights. The caller disposes it. */
export function buildLayers({ input, blocks, seed }: LayersSpec): tfl.LayersModel {
  const build = buildWith();
  const first = tfl.input({ shape: [...inputs[input]], name: "input" });
  const stem = build.layer("stem", (name) => tfl.layers.dense({ units: 4, name }), first);
  const body = blocks.reduce<Tensor>((x, block) => {
    const own = builders[x.shape.length] ?? [];
    const all = [...own, ...own, ...elementwise];
    const isFull = x.shape.slice(1).reduce<number>((n, size) => n * Number(size), 1) > largest;
    return isFull ? x : (all[block.kind % all.length] as Builder)(x, block, build);
  }, stem);
  const flat =
    body.shape.length > 2 ? build.layer("flatten", (name) => tfl.layers.flatten({ name }), body) : body;
  const outputs = build.layer("head", (name) => tfl.layers.dense({ units: 3, name }), flat);
  const model = tfl.model({ inputs: first, outputs });
  randomizeWeights(model, seed);
  return model;
}
