/**
 * Scores against PyTorch's autograd in double precision (`tooling/pytorch-check/make-scores.py`): the gate is read there
 * at the producers, γ·∂γ + β·∂β summed over a group's batch normalisations, and here at the consumers.
 */
import fs from "node:fs";
import { formulaImages, setFormulaWeights } from "@repo/testing/formula-weights";
import { type Criterion, criteria, type Scores, scoreAll } from "@secateur/criteria";
import { buildDependencyGraph, type DependencyGraph, type Group } from "@secateur/dependency-graph";
import { trainableWeights } from "@secateur/model-graph";
import { createModel } from "@secateur/models";
import { lossChanges } from "@secateur/oracle";
import { type Batch, hessianVectorProduct, lossAndGradients, type Mode } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

type Table = Readonly<Record<string, readonly number[]>>;

/** By layer, one number a channel. */
interface FirstOrder {
  readonly phase: number;
  readonly loss: number;
  readonly gates: Table;
  readonly weights: Table;
  readonly hessianRows: Table;
}

interface Golden extends FirstOrder {
  readonly eval: FirstOrder & {
    readonly scales: Table;
    readonly gatesPerImage: readonly Table[];
    readonly oracle: Table;
    readonly curvature: Table;
    readonly margin: Table;
  };
}

const golden = JSON.parse(fs.readFileSync(new URL("golden/scores.json", import.meta.url), "utf8")) as Golden;

/** Adds up a table of PyTorch's over everything of a group that has the role. */
function expectedScores(group: Group, role: "gamma" | "kernel", table: Table): number[] {
  const sums = new Array<number>(group.unitCount).fill(0);
  for (const { indices, layer } of group.slices.filter((slice) => slice.role === role)) {
    for (const [unit, index] of indices.entries())
      sums[unit] = Number(sums[unit]) + Number(table[layer]?.[index]);
  }
  return sums;
}

let model: tfl.LayersModel;
let graph: DependencyGraph;

beforeAll(() => {
  model = createModel("resnet20", { inputShape: [8, 8, 3] });
  setFormulaWeights(model);
  graph = buildDependencyGraph(model);
});
afterAll(() => model.dispose());

function batchOf({ phase }: { readonly phase: number }): Batch<tf.Tensor, tf.Tensor> {
  return { xs: formulaImages(phase), ys: tf.tensor1d([0, 1, 2, 3], "int32") };
}

const scoresOf = (mode: Mode, ...all: readonly Criterion[]): ReturnType<typeof scoreAll> =>
  scoreAll(model, graph, all, [batchOf(mode === "train" ? golden : golden.eval)], { mode });

/** Every group, to 1e-3 of each unit, and 1e-5 of the group's largest for those that are nothing but rounding. */
function expectScores(
  scores: Scores | undefined,
  expected: (group: Group) => readonly number[],
  rtol = 1e-3,
): void {
  for (const group of graph.groups) {
    const values = expected(group);
    const atol = 1e-2 * rtol * Math.max(...values.map(Math.abs));
    expect(scores?.get(group.id) ?? [], group.id).toBeAllClose(values, { rtol, atol });
  }
}

const square = (value: number): number => value ** 2;

describe.each(["train", "eval"] as const)("scores of ResNet-20 in mode %s are PyTorch's", (mode) => {
  const expected = mode === "train" ? golden : golden.eval;

  it("the loss, to 1e-5", () => {
    const batch = batchOf(expected);
    const { loss, correct, gradients } = lossAndGradients(model, batch, { mode });
    expect(loss).toBeAllClose(expected.loss, { rtol: 1e-5 });
    tf.dispose([batch.xs, batch.ys, loss, correct, gradients]);
  });

  it("Taylor gate and Taylor weight, to 1e-3", async () => {
    const scores = await scoresOf(mode, criteria.taylorGate(), criteria.taylorWeight());
    expectScores(scores.get("taylor-gate"), (group) =>
      expectedScores(group, "gamma", expected.gates).map(square),
    );
    expectScores(scores.get("taylor-weight"), (group) => expectedScores(group, "kernel", expected.weights));
  });
});

/** Σ w·(H W) over what the consumers' kernels `[kh, kw, units, filters]` have of the units inside two blocks. */
async function hessianRows(mode: Mode, step: number): Promise<ReadonlyMap<string, tf.Tensor>> {
  const batch = batchOf(mode === "train" ? golden : golden.eval);
  const direction = Object.fromEntries([...trainableWeights(model)].map(([name, w]) => [name, w.read()]));
  const products = await hessianVectorProduct(model, batch, direction, { mode, perturbation: step });
  const rows = Object.keys(golden.hessianRows).map((layer) => {
    const kernel = `${layer.replace("conv1", "conv2")}/kernel`;
    const product = products[kernel] ?? tf.scalar(Number.NaN);
    const row = (): tf.Tensor => tf.sum(tf.mul(direction[kernel] ?? 0, product), [0, 1, 3]);
    return [layer, tf.tidy(row)] as const;
  });
  tf.dispose([batch.xs, batch.ys, products]);
  return new Map(rows);
}

it.each([
  ["train", 1e-2],
  ["eval", 3e-5], // so small that no ReLU changes sign: the exact derivative leaves kinks out
] as const)("Hessian times weights in mode %s is PyTorch's", async (mode, step) => {
  for (const [layer, row] of await hessianRows(mode, step)) {
    const values = (mode === "train" ? golden : golden.eval).hessianRows[layer] ?? [];
    expect(row, layer).toBeAllClose(values, { rtol: 0, atol: 0.01 * Math.max(...values.map(Math.abs)) });
    row.dispose();
  }
});

describe("in mode eval also", () => {
  const { gatesPerImage, scales, oracle, curvature, margin } = golden.eval;

  it("FG, to 1e-3", async () => {
    const scores = await scoresOf("eval", criteria.taylorFullGradient());
    expectScores(scores.get("taylor-fg"), (group) => {
      const squares = gatesPerImage.map((gates) => expectedScores(group, "gamma", gates).map(square));
      return (squares[0] ?? []).map(
        (_, unit) => squares.reduce((sum, all) => sum + Number(all[unit]), 0) / 4,
      );
    });
  });

  it("BN scale Taylor, to 1e-3", async () => {
    const scores = await scoresOf("eval", criteria.bnScaleTaylor());
    expectScores(scores.get("bn-scale-taylor"), (group) =>
      expectedScores(group, "gamma", scales).map(square),
    );
  });

  it("the exact second derivative along the gate, to 1e-3", async () => {
    const scores = (await scoresOf("eval", criteria.obd({ topK: Number.POSITIVE_INFINITY }))).get("obd");
    for (const [layer, values] of Object.entries(curvature))
      expect(scores?.get(layer) ?? [], layer).toBeAllClose(values, { rtol: 1e-3, atol: 1e-5 });
  });

  it("the change of the loss without each unit, to 1e-4", async () => {
    const groups = Object.keys(oracle);
    const compared: string[] = [];
    for await (const { group, changes } of lossChanges(graph, () => [batchOf(golden.eval)], { groups })) {
      expect(changes, group).toBeAllClose(oracle[group] ?? [], { rtol: 0, atol: 1e-4 });
      compared.push(group);
    }
    expect(compared.sort()).toEqual(groups.sort());
    expect(compared).not.toEqual([]);
  });

  it("the change of the loss by the margins, to 1e-3", async () => {
    const scores = (await scoresOf("eval", criteria.taylorMargin())).get("taylor-margin");
    for (const [layer, values] of Object.entries(margin))
      expect(scores?.get(layer) ?? [], layer).toBeAllClose(values, { rtol: 1e-3, atol: 1e-5 });
  });
});
