/** Scores of minibatches in parts: the square of the mean gradient, not the mean of the parts' squares; closed form in float64. */
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import type { Batch } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import { criteria, criterionNames, criterionTable, scoreAll } from "../src/index.ts";

const xs = [0.5, -1, 2, 1.5, -0.25, 0.75];
const classes = [0, 1, 1, 0, 1, 0];
const first = [0.9, -0.4, 1.3];
const second = [
  [0.2, -0.7],
  [1.1, 0.3],
  [-0.5, 0.8],
] as const;

/** A hidden linear layer h = x·w without bias, and a softmax of h·V. */
function network(): tfl.LayersModel {
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({ name: "hidden", units: 3, useBias: false, inputShape: [1] }),
      tfl.layers.dense({ name: "out", units: 2, useBias: false, activation: "softmax" }),
    ],
  });
  tf.tidy(() => model.setWeights([tf.tensor2d([first]), tf.tensor2d(second.map((row) => [...row]))]));
  return model;
}

const batch = (): Batch => ({ xs: tf.tensor2d(xs, [6, 1]), ys: tf.tensor1d(classes, "int32") });

/** ∂E_n/∂z of each unit j for example n: `h_j Σ_c V_jc (p_c - y_c)`. */
const gateGradients = xs.map((x, n) => {
  const h = first.map((w) => x * w);
  const logits = [0, 1].map((c) => h.reduce((sum, value, j) => sum + value * Number(second[j]?.[c]), 0));
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
  const residual = logits.map((logit, c) => Math.exp(logit) / total - (classes[n] === c ? 1 : 0));
  return h.map((value, j) => value * residual.reduce((sum, r, c) => sum + r * Number(second[j]?.[c]), 0));
});

const meanOf = (examples: readonly number[], unit: number): number =>
  examples.reduce((sum, n) => sum + Number(gateGradients[n]?.[unit]), 0) / examples.length;

describe("scores of a minibatch in micro-batches", () => {
  it("square the mean gradient of the minibatch", async () => {
    const model = network();
    const graph = buildDependencyGraph(model);
    const all = [criteria.taylorGate(), criteria.taylorSkipGate(), criteria.taylorFullGradient()];
    const scores = await scoreAll(model, graph, all, [batch()], { microBatches: 3 });
    const [gate, skip, full] = all.map(({ name }) => [...(scores.get(name)?.get("hidden") ?? [])]);
    const everyone = [0, 1, 2, 3, 4, 5];
    const squareOfMean = first.map((_, unit) => meanOf(everyone, unit) ** 2);
    const meanOfSquares = first.map(
      (_, unit) => [0, 2, 4].reduce((sum, n) => sum + meanOf([n, n + 1], unit) ** 2, 0) / 3,
    );
    expect(gate).toBeAllClose(squareOfMean, { rtol: 1e-4 });
    expect(skip).toBeAllClose(squareOfMean, { rtol: 1e-4 });
    expect(full).toBeAllClose(
      first.map((_, unit) => everyone.reduce((sum, n) => sum + meanOf([n], unit) ** 2, 0) / 6),
      { rtol: 1e-4 },
    );
    for (const [unit, value] of squareOfMean.entries())
      expect(Number(meanOfSquares[unit]) / value).toBeGreaterThan(1.02); // far beyond the tolerance above
    disposeModel(model);
  });

  it.each(criterionNames.filter((name) => !name.startsWith("bn-")))(
    "of %s equal those of the whole minibatch, where no layer mixes examples",
    async (name) => {
      const model = network();
      const graph = buildDependencyGraph(model);
      const scoresOf = async (microBatches: number): Promise<number[]> => {
        const scores = await scoreAll(model, graph, [criterionTable[name](0)], [batch()], {
          microBatches,
          onWarning: () => undefined,
        });
        return [...(scores.get(name)?.get("hidden") ?? [])];
      };
      expect(await scoresOf(4)).toBeAllClose(await scoresOf(1), { rtol: 1e-3, atol: 1e-6 });
      disposeModel(model);
    },
  );
});
