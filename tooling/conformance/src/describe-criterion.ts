/**
 * Conformance kit for a criterion: on small networks with every coupling, scores are one finite number per unit, repeatable,
 * and follow the units when these change places; the model is left alone and no tensor is left over. Needs only vitest and a
 * tfjs backend.
 */

import { toBeAllClose } from "@repo/testing/all-close";
import { type Criterion, CriterionNotApplicableError, caveats, type Scores, score } from "@secateur/criteria";
import { buildDependencyGraph, type DependencyGraph, type Group } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import type { Batch } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ConformanceNetwork, conformanceNetwork, conformanceNetworks } from "./conformance-networks.ts";
import { permuteUnits } from "./permute-units.ts";

export interface CriterionOptions {
  /** Scores depend on the seed, and on a unit's place. Default false. */
  readonly random?: boolean;
  /** Networks that lack what the criterion reads: it must refuse them with `CriterionNotApplicableError`. */
  readonly notOn?: readonly ConformanceNetwork[];
  /** Of scores of permuted units, relative to the largest score. Default 1e-4; more for numeric derivatives. */
  readonly tolerance?: number;
}

const batch = (minibatch: number): Batch => ({
  xs: tf.randomNormal([8, 6, 6, 2], 0, 1, "float32", 11 + minibatch),
  ys: tf.tensor1d([0, 1, 2, 0, 1, 2, 0, 1], "int32"),
});

/**
 * Declares the tests of one criterion.
 *
 * @param make - From a seed, which only random criteria use.
 *
 * @example describeCriterion("largest-step", () => largestStep());
 */
export function describeCriterion(
  name: string,
  make: (seed: number) => Criterion,
  { random = false, notOn = [], tolerance = 1e-4 }: CriterionOptions = {},
): void {
  expect.extend({ toBeAllClose });
  const refused = conformanceNetworks.filter((network) => notOn.includes(network));
  const scored = conformanceNetworks.filter((network) => !notOn.includes(network));
  describe(`criterion ${name}`, () => {
    it("has its name, and is applicable somewhere", () => {
      expect(make(0).name).toBe(name);
      expect(scored).not.toEqual([]);
    });
    for (const network of scored) describe(network, () => scoring(network, make, { random, tolerance }));
    for (const network of refused) it(`refuses ${network}`, () => refusal(network, make));
  });
}

type Make = (seed: number) => Criterion;

function scoring(
  network: ConformanceNetwork,
  make: Make,
  { random, tolerance }: Required<Omit<CriterionOptions, "notOn">>,
): void {
  let model: tfl.LayersModel;
  let graph: DependencyGraph;
  beforeEach(() => {
    model = conformanceNetwork(network);
    graph = buildDependencyGraph(model);
  });
  afterEach(() => disposeModel(model));

  it("gives every unit a finite score, and not all the same", async () => {
    const scores = await scoresOf(graph, make(0));
    expect([...scores.keys()]).toEqual(graph.groups.map(({ id }) => id));
    for (const { id, unitCount } of graph.groups) expect(scores.get(id)).toHaveLength(unitCount);
    const values = numbers(scores);
    expect(values.filter((value) => !Number.isFinite(value))).toEqual([]);
    expect(new Set(values).size).toBeGreaterThan(1);
  });

  it(random ? "is determined by its seed" : "is the same every time, whatever the seed", async () => {
    const first = await scoresOf(graph, make(1), 1);
    expect(await scoresOf(graph, make(1), 1)).toEqual(first);
    const other = await scoresOf(graph, make(2), 2);
    if (random) expect(other).not.toEqual(first);
    else expect(other).toEqual(first);
  });

  it.skipIf(random)("scores units alike wherever they stand in their group", async ({ skip }) => {
    skip(caveats(graph, [make(0)]).length > 0, "by its own caveat the scores mean nothing here");
    const turned = permuteUnits(graph, unitsReversed);
    const expected = await scoresOf(graph, make(0));
    const actual = await scoresOf(buildDependencyGraph(turned), make(0));
    disposeModel(turned);
    const atol = tolerance * Math.max(...numbers(expected).map(Math.abs));
    for (const [id, values] of expected)
      expect(actual.get(id)?.toReversed() ?? [], id).toBeAllClose(values, { rtol: 0, atol });
  });

  it("leaves the model as it was, and no tensor", async () => {
    const before = weightsOf(model);
    const { numTensors } = tf.memory();
    await scoresOf(graph, make(0));
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(weightsOf(model)).toEqual(before);
  });

  it("has caveats that are sentences, if any", () => {
    for (const caveat of caveats(graph, [make(0)]))
      expect(caveat).toMatch(/^scores of criterion ".+" .+: \S+( \S+){2,}$/);
  });
}

async function refusal(network: ConformanceNetwork, make: Make): Promise<void> {
  const model = conformanceNetwork(network);
  const { numTensors } = tf.memory();
  await expect(scoresOf(buildDependencyGraph(model), make(0))).rejects.toThrow(CriterionNotApplicableError);
  expect(tf.memory().numTensors).toBe(numTensors);
  disposeModel(model);
}

/** Over two minibatches. */
function scoresOf(graph: DependencyGraph, criterion: Criterion, seed = 0): Promise<Scores> {
  const options = { seed, onWarning: () => undefined };
  return score(graph.model, graph, criterion, batches(), options);
}

/** One at a time: a batch that is never asked for is never made. */
function* batches(): Iterable<Batch> {
  for (const minibatch of [0, 1]) yield batch(minibatch);
}

const unitsReversed = ({ unitCount }: Group): readonly number[] =>
  Array.from({ length: unitCount }, (_, unit) => unitCount - 1 - unit);

const numbers = (scores: Scores): readonly number[] => [...scores.values()].flatMap((each) => [...each]);

const weightsOf = (model: tfl.LayersModel): readonly Float32Array[] =>
  model.weights.map((weight) => Float32Array.from(weight.read().dataSync()));
