/**
 * Scores against PyTorch's autograd in double precision (`golden/make-scores.py`): the gate is read there at the
 * producers, γ·∂γ + β·∂β summed over a group's batch normalisations, and here at the consumers.
 */
import fs from "node:fs";
import { criteria, scoreMinibatch } from "@secateur/criteria";
import { buildDependencyGraph, type Group } from "@secateur/dependency-graph";
import { createModel, loadWeights, writeSafetensors } from "@secateur/models";
import { lossAndGradients } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { expect, it } from "vitest";

const golden = JSON.parse(fs.readFileSync(new URL("golden/scores.json", import.meta.url), "utf8")) as {
  readonly phase: number;
  readonly loss: number;
  readonly gates: Readonly<Record<string, readonly number[]>>;
  readonly weights: Readonly<Record<string, readonly number[]>>;
};

/** The formula of make-scores.py, as a file with PyTorch's names and layout. */
function formulaWeights(model: tfl.LayersModel): Uint8Array {
  const suffix: Readonly<Record<string, string>> = {
    kernel: "weight",
    gamma: "weight",
    bias: "bias",
    beta: "bias",
    moving_mean: "running_mean",
    moving_variance: "running_var",
  };
  const tensors = model.layers.flatMap((layer) =>
    layer.weights.map((weight) => {
      const role = weight.originalName.split("/").at(-1) ?? "";
      const key = `${layer.name}.${suffix[role]}`;
      const size = weight.shape.map(Number);
      const shape = size.length === 4 ? [3, 2, 0, 1].map((axis) => size[axis] ?? 0) : size.toReversed();
      const fanIn = shape.slice(1).reduce((a, b) => a * b, 1);
      const value = (s: number): number => {
        if (shape.length > 1) return (2 * s) / Math.sqrt(fanIn);
        if (role === "gamma") return 1 + s / 10;
        return role === "moving_variance" ? 1 : s / 10;
      };
      const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) =>
        value(Math.sin((i + key.length) ** 2)),
      );
      return [key, { shape, data }] as const;
    }),
  );
  return writeSafetensors(new Map(tensors));
}

/** Adds up a table of PyTorch's over everything of a group that has the role. */
function expectedScores(group: Group, role: "gamma" | "kernel", table: typeof golden.gates): number[] {
  const sums = new Array<number>(group.unitCount).fill(0);
  for (const { positions, layer } of group.slices.filter((slice) => slice.role === role)) {
    for (const [unit, position] of positions.entries())
      sums[unit] = Number(sums[unit]) + Number(table[layer]?.[position]);
  }
  return sums;
}

it("Taylor gate and Taylor weight of ResNet-20 are PyTorch's, to 1e-3", () => {
  const model = createModel("resnet20", { inputShape: [8, 8, 3] });
  loadWeights(model, formulaWeights(model));
  const graph = buildDependencyGraph(model);
  const images = Float32Array.from({ length: 4 * 8 * 8 * 3 }, (_, i) => Math.sin(i + golden.phase));
  const batch = {
    xs: tf.tensor4d(images, [4, 8, 8, 3]),
    ys: tf.tensor1d([0, 1, 2, 3], "int32"),
  };
  const { loss, correct, gradients, ...step } = lossAndGradients(model, batch, { mode: "train" });
  expect(loss).toBeAllClose(golden.loss, { rtol: 1e-5 });
  const both = [criteria.taylorGate(), criteria.taylorWeight()];
  const observed = { loss, correct, gradients, ...step };
  const scores = scoreMinibatch(graph, both, batch, observed, { mode: "train", minibatch: 0 });
  for (const group of graph.groups) {
    const gate = expectedScores(group, "gamma", golden.gates).map((sum) => sum ** 2);
    const weight = expectedScores(group, "kernel", golden.weights);
    const largest = (values: readonly number[]): number => Math.max(...values);
    expect(scores.get("taylor-gate")?.get(group.id) ?? [], group.id).toBeAllClose(gate, {
      rtol: 1e-3,
      atol: 1e-5 * largest(gate),
    });
    expect(scores.get("taylor-weight")?.get(group.id) ?? [], group.id).toBeAllClose(weight, {
      rtol: 1e-3,
      atol: 1e-5 * largest(weight),
    });
  }
  tf.dispose([batch.xs, batch.ys, loss, correct, gradients]);
  model.dispose();
});
