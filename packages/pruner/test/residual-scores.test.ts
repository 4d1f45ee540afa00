/** Scores on what a refit cannot rebuild, against a closed form in double precision. */
import { randomizeWeights } from "@repo/testing";
import { CompensationError } from "@secateur/compensation";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { disposeModel, layerWeight } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import { PrunerError, pruneOnce, residualObd, residualScores } from "../src/index.ts";

const { layers } = tfl;
const [examples, places] = [30, 4];
const images = (): tf.Tensor => tf.randomNormal([examples, 2, 2, 3], 0, 1, "float32", 3);

type Activation = keyof typeof derivatives;

/** By the activation's value. */
const derivatives = {
  relu: (y: number) => (y > 0 ? 1 : 0),
  elu: (y: number) => (y > 0 ? 1 : y + 1),
  tanh: (y: number) => 1 - y ** 2,
  sigmoid: (y: number) => y * (1 - y),
};

/** conv a (4) → activation → conv b (3) → activation → average → dense → softmax, a layer of its own. */
function network(activation: Activation = "relu"): tfl.LayersModel {
  const x = tfl.input({ shape: [2, 2, 3] });
  const conv = (name: string, filters: number) => layers.conv2d({ name, filters, kernelSize: 1, activation });
  const b = conv("b", 3).apply(conv("a", 4).apply(x));
  const pooled = layers.globalAveragePooling2d({}).apply(b);
  const logits = layers.dense({ name: "logits", units: 3 }).apply(pooled);
  const out = layers.softmax({ name: "out" }).apply(logits);
  const model = tfl.model({ inputs: x, outputs: out as tfl.SymbolicTensor });
  randomizeWeights(model, 1);
  for (const name of ["a", "b"]) {
    const layer = model.getLayer(name); // every unit is active somewhere
    const [kernel, bias] = layer.getWeights() as [tf.Tensor, tf.Tensor];
    tf.tidy(() => layer.setWeights([kernel, tf.fill(bias.shape, 1)]));
  }
  return model;
}

/** The last column's residual after a regression on the others and a constant. */
function residual(rows: readonly (readonly number[])[]): number[] {
  const inputs = rows.map((row) => [...row.slice(0, -1), 1]);
  const targets = rows.map((row) => Number(row.at(-1)));
  const size = inputs[0]?.length ?? 0;
  const gram = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) =>
      dot(
        inputs.map((row) => Number(row[i])),
        inputs.map((row) => Number(row[j])),
      ),
    ),
  );
  const right = Array.from({ length: size }, (_, i) =>
    dot(
      inputs.map((row) => Number(row[i])),
      targets,
    ),
  );
  for (const [i, row] of gram.entries())
    for (const [j, other] of gram.entries()) {
      if (i === j) continue;
      const factor = Number(other[i]) / Number(row[i]);
      for (let k = i; k < size; k++) other[k] = Number(other[k]) - factor * Number(row[k]);
      right[j] = Number(right[j]) - factor * Number(right[i]);
    }
  const solution = right.map((value, i) => value / Number(gram[i]?.[i]));
  return inputs.map((row, n) => Number(targets[n]) - dot(row, solution));
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * Number(b[i]), 0);

/** mean_n of the variance of the slopes under the prediction. */
function curvature(
  slopes: readonly (readonly number[])[],
  predictions: readonly (readonly number[])[],
): number {
  const variances = slopes.map((j, n) => {
    const p = predictions[n] ?? [];
    return (
      dot(
        p,
        j.map((value) => value ** 2),
      ) -
      dot(p, j) ** 2
    );
  });
  return variances.reduce((a, b) => a + b, 0) / variances.length;
}

function valuesOf(model: tfl.LayersModel, layer: string, width: number): number[][] {
  const inner = tfl.model({
    inputs: model.inputs,
    outputs: model.getLayer(layer).output as tfl.SymbolicTensor,
  });
  const values = tf.tidy(() => Array.from((inner.predict(images()) as tf.Tensor).dataSync()));
  return Array.from({ length: values.length / width }, (_, row) =>
    values.slice(row * width, (row + 1) * width),
  );
}

const kernelOf = (model: tfl.LayersModel, name: string, outputs: number): number[][] => {
  const values = Array.from(layerWeight(model.getLayer(name), "kernel")?.read().dataSync() ?? []);
  return Array.from({ length: values.length / outputs }, (_, i) =>
    values.slice(i * outputs, (i + 1) * outputs),
  );
};

const lastIs = (rows: readonly (readonly number[])[], unit: number): number[][] =>
  rows.map((row) => [...row.filter((_, i) => i !== unit), Number(row[unit])]);

function expectNear(value: number | undefined, expected: number): void {
  expect(Math.abs(Number(value) - expected)).toBeLessThan(1e-3 * expected);
}

describe("residualScores", () => {
  it.each(Object.keys(derivatives) as Activation[])(
    "are the curvature in gates on the residuals of the layers' inputs: %s",
    async (activation) => {
      const model = network(activation);
      const graph = buildDependencyGraph(model);
      const scores = await residualScores(graph, [{ xs: images() }], { ridge: 1e-8 });
      const [a, b] = [valuesOf(model, "a", 4), valuesOf(model, "b", 3)];
      const predictions = valuesOf(model, "out", 3);
      const [wb, wo] = [kernelOf(model, "b", 3), kernelOf(model, "logits", 3)];
      for (let unit = 0; unit < 4; unit++) {
        const left = residual(lastIs(a, unit));
        const slopes = Array.from({ length: examples }, (_, n) =>
          [0, 1, 2].map((c) => {
            let slope = 0;
            for (let row = n * places; row < (n + 1) * places; row++)
              for (const m of [0, 1, 2])
                slope +=
                  (derivatives[activation](Number(b[row]?.[m])) *
                    Number(left[row]) *
                    Number(wb[unit]?.[m]) *
                    Number(wo[m]?.[c])) /
                  places;
            return slope;
          }),
        );
        expectNear(scores.get("a")?.[unit], curvature(slopes, predictions));
      }
      const pooled = Array.from({ length: examples }, (_, n) =>
        [0, 1, 2].map(
          (m) => b.slice(n * places, (n + 1) * places).reduce((s, row) => s + Number(row[m]), 0) / places,
        ),
      );
      for (let unit = 0; unit < 3; unit++) {
        const slopes = residual(lastIs(pooled, unit)).map((r) =>
          [0, 1, 2].map((c) => r * Number(wo[unit]?.[c])),
        );
        expectNear(scores.get("b")?.[unit], curvature(slopes, predictions));
      }
      disposeModel(model);
    },
  );

  it("choose units that others replace, in one shot", async () => {
    const model = network();
    const layer = model.getLayer("a");
    tf.tidy(() => {
      const halves = layer.getWeights().map((weight) => tf.split(weight, 2, weight.rank - 1)[0] as tf.Tensor);
      layer.setWeights(halves.map((half) => tf.concat([half, half], half.rank - 1)));
    });
    const { model: smaller, plan } = await pruneOnce(model, {
      criterion: residualObd(),
      data: [{ xs: images() }],
      budget: { count: 2 },
      compensate: { swapUnits: false },
    });
    expect(Object.keys(plan.remove)).toEqual(["a"]); // each unit of it has a twin
    expect(plan.remove["a"]).toHaveLength(2);
    disposeModel(smaller);
    disposeModel(model);
  });

  it("of few samples leave the others to the refit, and dispose all", async () => {
    const model = network();
    const { model: smaller, compensation } = await pruneOnce(model, {
      criterion: residualObd({ samples: 8 }),
      data: [1, 2, 3].map(() => ({ xs: images() })),
      budget: { count: 1 },
    });
    expect(compensation?.samples).toBe(3 * examples);
    disposeModel(smaller);
    disposeModel(model);
  });

  it("leave no batch of a list behind where a batch does not fit", async () => {
    const model = network();
    const data = [{ xs: images() }, { xs: tf.zeros([2, 2, 3]) }, { xs: images() }];
    const pruned = pruneOnce(model, { criterion: residualObd(), data, budget: { count: 1 } });
    await expect(pruned).rejects.toThrow("the batch (xs) is [2,2,3]");
    disposeModel(model);
  });

  it("are refused where they are not finite", async () => {
    const model = network();
    const layer = model.getLayer("logits");
    tf.tidy(() => {
      const [kernel, bias] = layer.getWeights() as [tf.Tensor, tf.Tensor];
      layer.setWeights([kernel, tf.fill(bias.shape, Number.NaN)]);
    });
    const scores = residualScores(buildDependencyGraph(model), [{ xs: images() }]);
    await expect(scores).rejects.toThrow(PrunerError);
    disposeModel(model);
  });

  it("refuse a group whose reader cannot be refitted", async () => {
    const x = tfl.input({ shape: [6, 2] });
    const a = layers.conv1d({ name: "a", filters: 4, kernelSize: 1 }).apply(x);
    const state = layers.gru({ name: "gru", units: 3, recurrentInitializer: "glorotUniform" }).apply(a);
    const out = layers.dense({ name: "out", units: 2, activation: "softmax" }).apply(state);
    const model = tfl.model({ inputs: x, outputs: out as tfl.SymbolicTensor });
    const scores = residualScores(buildDependencyGraph(model), [{ xs: tf.zeros([2, 6, 2]) }]);
    await expect(scores).rejects.toThrow(CompensationError);
    disposeModel(model);
  });
});
