/** Proofs on the user's inputs and on derived ones, of models that tfjs's `predict` cannot run, and what a failure names. */
import { buildDependencyGraph, layerRules } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import { createPlan, type Plan, SurgeryError, verifyPlan } from "../src/index.ts";
import { runLayers } from "../src/run-layers.ts";

type Symbolic = tfl.SymbolicTensor;
const apply = (layer: tfl.layers.Layer, x: Symbolic | Symbolic[]): Symbolic => layer.apply(x) as Symbolic;

/** Removes unit 1 of a group. */
const planFor = (model: tfl.LayersModel, group: string): Plan =>
  createPlan(buildDependencyGraph(model), [[group, [1]]]);

describe("inputs", () => {
  const classifier = (): tfl.LayersModel =>
    tfl.sequential({
      layers: [
        tfl.layers.dense({ name: "a", units: 4, activation: "relu", inputShape: [3] }),
        tfl.layers.dense({ name: "out", units: 2, activation: "softmax" }),
      ],
    });

  it("may be the user's, which are not disposed", async () => {
    const model = classifier();
    const inputs = tf.randomNormal([5, 3], 0, 1, "float32", 1);
    const before = tf.memory().numTensors;
    const proof = await verifyPlan(model, planFor(model, "a"), { inputs });
    expect(proof).toMatchObject({ samples: 5 });
    expect(proof.relativeError).toBeLessThan(1e-5);
    expect(tf.memory().numTensors).toBe(before);
    expect(inputs.isDisposed).toBe(false);
    tf.dispose(inputs);
    disposeModel(model);
  });

  it("that do not fit are refused, as are numbers out of range", async () => {
    const model = classifier();
    const plan = planFor(model, "a");
    const wrong = tf.zeros([5, 4]);
    await expect(verifyPlan(model, plan, { inputs: wrong })).rejects.toThrow(
      /inputs is \[5,4\], but model .* takes \[batch,3\]/,
    );
    await expect(verifyPlan(model, plan, { inputs: [] })).rejects.toThrow(SurgeryError);
    await expect(verifyPlan(model, plan, { inputs: "images" as never })).rejects.toThrow("inputs is string");
    await expect(verifyPlan(model, plan, { rtol: Number.NaN })).rejects.toThrow("rtol must be a number");
    await expect(verifyPlan(model, plan, { samples: 0 })).rejects.toThrow("samples must be a whole number");
    tf.dispose(wrong);
    disposeModel(model);
  });

  it("are indices below inputDim for an Embedding, through layers that only rearrange", async () => {
    const x = tfl.input({ shape: [2, 6], name: "words" });
    const flat = apply(
      tfl.layers.reshape({ targetShape: [12] }),
      apply(tfl.layers.permute({ dims: [2, 1] }), x),
    );
    const embedded = apply(tfl.layers.embedding({ inputDim: 3, outputDim: 4, name: "table" }), flat);
    const hidden = apply(tfl.layers.dense({ name: "a", units: 5 }), apply(tfl.layers.flatten(), embedded));
    const model = tfl.model({
      inputs: x,
      outputs: apply(tfl.layers.dense({ name: "out", units: 2 }), hidden),
    });
    const seen: number[] = [];
    const { relativeError } = await verifyPlan(model, planFor(model, "a"), { samples: 8 });
    expect(relativeError).toBeLessThan(1e-5);
    const { randomInputs } = await import("../src/verification-inputs.ts");
    const [indices] = randomInputs(model, { samples: 8, seed: 0 });
    seen.push(...new Set(indices?.dataSync()));
    expect(seen.sort()).toEqual([0, 1, 2]);
    indices?.dispose();
    disposeModel(model);
  });

  it("have the sizes of inputShape where the model's are open", async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.conv2d({ name: "a", filters: 3, kernelSize: 40, inputShape: [null, null, 1] }),
        tfl.layers.globalAveragePooling2d({}),
        tfl.layers.dense({ name: "out", units: 2 }),
      ],
    });
    await verifyPlan(model, planFor(model, "a"), { inputShape: [41, 40, 1] });
    await expect(verifyPlan(model, planFor(model, "a"), { inputShape: [40, 40, 2] })).rejects.toThrow(
      "takes [any, any, 1]",
    );
    disposeModel(model);
  });
});

it("runs a layer that reads one tensor twice, which tfjs's predict frees too early", async () => {
  const x = tfl.input({ shape: [3] });
  const a = apply(tfl.layers.dense({ name: "a", units: 4 }), x);
  const twice = apply(tfl.layers.concatenate(), [a, a]);
  const again = apply(tfl.layers.concatenate(), [twice, twice]);
  const model = tfl.model({ inputs: x, outputs: apply(tfl.layers.dense({ name: "out", units: 2 }), again) });
  const { relativeError } = await verifyPlan(model, planFor(model, "a"));
  expect(relativeError).toBeLessThan(1e-5);
  disposeModel(model);
});

it("computes what predict computes, masks included", async () => {
  const x = tfl.input({ shape: [5, 2] });
  const masked = apply(tfl.layers.masking({ maskValue: 0 }), x);
  const states = apply(tfl.layers.simpleRNN({ units: 3, recurrentInitializer: "glorotNormal" }), masked);
  const model = tfl.model({ inputs: x, outputs: apply(tfl.layers.dense({ units: 2 }), states) });
  const input = tf.tidy(() =>
    tf.mul(tf.randomNormal([2, 5, 2], 0, 1, "float32", 3), tf.tensor3d([[[1], [0], [1], [0], [0]]])),
  );
  const expected = model.predict(input) as tf.Tensor;
  const [actual] = tf.tidy(() => runLayers(model, [input]).map((y) => tf.keep(y)));
  expect(Array.from((actual as tf.Tensor).dataSync())).toEqual(Array.from(expected.dataSync()));
  tf.dispose([input, expected]);
  tf.dispose(actual as tf.Tensor);
  disposeModel(model);
});

/** LayerNormalization mixes channels; a rule that passes them is wrong. */
it("names the first layer at which original and smaller differ", async () => {
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({ name: "a", units: 6, inputShape: [4] }),
      tfl.layers.reLU({ name: "relu" }),
      tfl.layers.layerNormalization({ name: "mixes" }),
      tfl.layers.dense({ name: "b", units: 5 }),
      tfl.layers.dense({ name: "out", units: 2 }),
    ],
  });
  const rules = {
    ...layerRules,
    LayerNormalization: ({ inputs: [input], bind }: Parameters<(typeof layerRules)["Dense"]>[0]) => {
      for (const weight of ["gamma", "beta"] as const)
        bind(weight, 0, weight, input?.ids ?? new Int32Array());
      return input;
    },
  };
  const graph = buildDependencyGraph(model, { rules });
  const plan = createPlan(graph, [["a", [0, 2]]]);
  const before = tf.memory().numTensors;
  await expect(verifyPlan(model, plan, { graph })).rejects.toThrow(
    /differ by .* of their largest value, more than 0.0001, first at layer "mixes" \(LayerNormalization\): a layer rule is wrong/,
  );
  expect(tf.memory().numTensors).toBe(before);
  disposeModel(model);
});

/** Adds 1 in its first call after `isWrong` was set. */
class Unsteady extends tfl.layers.Layer {
  static className = "Unsteady";
  static isWrong = false;
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x] = [inputs].flat() as [tf.Tensor];
    const error = Unsteady.isWrong ? 1 : 0;
    Unsteady.isWrong = false;
    return tf.tidy(() => tf.add(x, error));
  }
}
tf.serialization.registerClass(Unsteady);

it("measures a difference twice before it counts", async () => {
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({ name: "a", units: 4, inputShape: [3] }),
      tfl.layers.dense({ name: "b", units: 4 }),
      new Unsteady({ name: "unsteady" }),
      tfl.layers.dense({ name: "out", units: 2 }),
    ],
  });
  Unsteady.isWrong = true;
  const { relativeError } = await verifyPlan(model, planFor(model, "a"));
  expect(Unsteady.isWrong).toBe(false); // the first comparison differed
  expect(relativeError).toBeLessThan(1e-5);
  disposeModel(model);
});
