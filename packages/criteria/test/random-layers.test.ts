/** Layers that are random in training do not touch scores: dropout and noise are off while criteria observe. */
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { expect, it } from "vitest";
import { criteria, scoreAll } from "../src/index.ts";

function network(between: readonly tfl.layers.Layer[]): tfl.LayersModel {
  const init = (seed: number) => ({ kernelInitializer: tfl.initializers.heNormal({ seed }) });
  return tfl.sequential({
    layers: [
      tfl.layers.dense({ name: "a", units: 5, activation: "relu", inputShape: [4], ...init(1) }),
      ...between,
      tfl.layers.dense({ name: "b", units: 3, activation: "softmax", ...init(2) }),
    ],
  });
}

/** In mode "train", by criteria that read gradients, per-example gates and curvature. */
async function scoresOf(model: tfl.LayersModel): Promise<readonly number[]> {
  const batch = {
    xs: tf.randomNormal([6, 4], 0, 1, "float32", 3),
    ys: tf.tensor1d([0, 1, 2, 0, 1, 2], "int32"),
  };
  const all = [criteria.taylorGate(), criteria.taylorFullGradient(), criteria.obd()];
  const scores = await scoreAll(model, buildDependencyGraph(model), all, [batch], { mode: "train" });
  return [...scores.values()].flatMap((groups) => [...(groups.get("a") ?? [])]);
}

it.each([
  ["Dropout", () => tfl.layers.dropout({ rate: 0.5 })],
  ["AlphaDropout", () => tfl.layers.alphaDropout({ rate: 0.5 })],
  ["GaussianNoise", () => tfl.layers.gaussianNoise({ stddev: 1 })],
  ["GaussianDropout", () => tfl.layers.gaussianDropout({ rate: 0.5 })],
] as const)("%s: scores are those of the network without it", async (_, layer) => {
  const [plain, random] = [network([]), network([layer()])];
  const expected = await scoresOf(plain);
  expect(await scoresOf(random)).toBeAllClose(expected, { rtol: 1e-5, atol: 1e-9 });
  expect(Math.max(...expected)).toBeGreaterThan(1e-4);
  for (const each of [plain, random]) disposeModel(each);
});
