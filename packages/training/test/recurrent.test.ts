/** Passes through recurrent layers and wrappers, compared with tfjs-layers' own prediction. */

import { randomizeWeights } from "@repo/testing/random-architecture";
import { disposeModel, type GraphTensor, modelGraph, variableOf } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import {
  batchNormStatistics,
  evaluate,
  forward,
  frozenNormalizations,
  lossAndGradients,
  meanSquaredError,
  runSegment,
  TrainingError,
} from "../src/index.ts";

type Tensor = tfl.SymbolicTensor;
const apply = (layer: tfl.layers.Layer, x: Tensor | Tensor[]): Tensor => layer.apply(x) as Tensor;
const vector = (units: number) => ({ units, recurrentInitializer: "glorotNormal" }) as const;
const [batch, steps, inputs] = [3, 4, 2];

function network(body: (x: Tensor) => Tensor): tfl.LayersModel {
  const x = tfl.input({ shape: [steps, inputs] });
  const model = tfl.model({ inputs: x, outputs: body(x) });
  randomizeWeights(model, 2);
  return model;
}

const sequences = (): tf.Tensor3D => tf.randomNormal([batch, steps, inputs], 0, 1, "float32", 6);

const bodies = {
  "initial states": (x: Tensor) => {
    const [, h, c] = tfl.layers.lstm({ ...vector(3), returnState: true }).apply(x) as Tensor[];
    return apply(tfl.layers.lstm(vector(3)), [x, h as Tensor, c as Tensor]);
  },
  "directions that are not merged": (x: Tensor) => {
    const layer = tfl.layers.gru(vector(3));
    const both = tfl.layers.bidirectional({ layer, mergeMode: null as never }).apply(x) as Tensor[];
    return apply(tfl.layers.concatenate(), both);
  },
  "a layer per step": (x: Tensor) => {
    const normalized = apply(tfl.layers.timeDistributed({ layer: tfl.layers.batchNormalization() }), x);
    const layer = tfl.layers.dense({ units: 3, activation: "relu" });
    return apply(tfl.layers.timeDistributed({ layer }), normalized);
  },
  "a model per step": (x: Tensor) => {
    const layers = [tfl.layers.dense({ units: 3, inputShape: [inputs] }), tfl.layers.batchNormalization()];
    return apply(tfl.layers.timeDistributed({ layer: tfl.sequential({ layers }) }), x);
  },
  "dropout of inputs and states, which is off": (x: Tensor) =>
    apply(tfl.layers.lstm({ ...vector(3), dropout: 0.5, recurrentDropout: 0.5 }), x),
} as const;

describe("a pass in mode eval equals predict", () => {
  for (const [name, body] of Object.entries(bodies)) {
    it(`with ${name}`, () => {
      const model = network(body);
      tf.tidy(() => {
        const x = sequences();
        const [actual] = forward(model, x);
        expect(actual?.dataSync() ?? []).toBeAllClose((model.predict(x) as tf.Tensor).dataSync(), {
          atol: 1e-6,
        });
      });
      disposeModel(model);
    });
  }
});

describe("masked steps", () => {
  const tokens = () =>
    tf.tensor2d(
      [
        [3, 1, 0, 0],
        [2, 0, 0, 0],
        [1, 4, 2, 3],
      ],
      [batch, steps],
      "int32",
    );
  const build = (): tfl.LayersModel => {
    const x = tfl.input({ shape: [steps], dtype: "int32" });
    const embedded = apply(tfl.layers.embedding({ inputDim: 5, outputDim: 3, maskZero: true }), x);
    const layer = tfl.layers.lstm({ ...vector(3), returnSequences: true });
    const both = apply(tfl.layers.bidirectional({ layer, mergeMode: "concat" }), embedded);
    const y = apply(tfl.layers.gru(vector(3)), apply(tfl.layers.dense({ units: 4 }), both));
    const model = tfl.model({
      inputs: x,
      outputs: apply(tfl.layers.dense({ units: 2, activation: "softmax" }), y),
    });
    randomizeWeights(model, 2);
    return model;
  };

  it("do not change states, as in predict", () => {
    const model = build();
    tf.tidy(() => {
      const [logits] = forward(model, tokens());
      const expected = (model.predict(tokens()) as tf.Tensor).dataSync();
      expect(tf.softmax(logits as tf.Tensor2D).dataSync()).toBeAllClose(expected, { atol: 1e-6 });
    });
    disposeModel(model);
  });

  it("are handed on between the segments of a model, wherever it is cut", () => {
    const model = build();
    const { calls, inputs, outputs } = modelGraph(model);
    const expected = tf.tidy(() => (model.predict(tokens()) as tf.Tensor).dataSync());
    for (let cut = 1; cut < calls.length; cut++) {
      const first = calls.slice(0, cut);
      const values = new Map([[inputs[0] as GraphTensor, tokens() as tf.Tensor]]);
      const masks = new Map<GraphTensor, tf.Tensor>();
      const between = first.flatMap((call) => (call.inputs.length > 0 ? call.outputs : []));
      const results = runSegment(first, values, between, masks);
      for (const [i, tensor] of between.entries()) values.set(tensor, results[i] as tf.Tensor);
      const [output] = runSegment(calls.slice(cut), values, outputs, masks);
      expect(output?.dataSync() ?? []).toBeAllClose(expected, { atol: 1e-6 });
      tf.dispose([output ?? [], ...values.values(), ...masks.values()]);
    }
    disposeModel(model);
  });

  it("have gradients that equal a directional difference of the loss", async () => {
    const model = build();
    const minibatch = () => ({ xs: tokens(), ys: tf.tensor1d([0, 1, 1], "int32") });
    const observed = minibatch();
    const { loss, correct, gradients } = lossAndGradients(model, observed);
    const { weights } = modelGraph(model);
    const move = (by: number): void => {
      for (const [path, gradient] of Object.entries(gradients)) {
        const variable = variableOf(weights.get(path) as tfl.LayerVariable);
        tf.tidy(() => variable.assign(tf.add(variable, tf.mul(gradient, by))));
      }
    };
    const at = async (by: number): Promise<number> => {
      move(by);
      const { loss: moved } = await evaluate(model, [minibatch()]);
      move(-by);
      return moved;
    };
    const expected = ((await at(0.02)) - (await at(-0.02))) / 0.04;
    const squares = tf.tidy(() =>
      Object.values(gradients).map((g) => tf.sum(tf.square(g)).dataSync()[0] ?? 0),
    );
    const slope = squares.reduce((a, b) => a + b, 0);
    expect(Math.abs(slope - expected)).toBeLessThan(5e-3 * slope);
    tf.dispose([observed, loss, correct, gradients] as tf.TensorContainer);
    disposeModel(model);
  });
});

it("batch normalisation per step uses statistics over examples and steps, and leaves the averages alone", () => {
  const model = network(bodies["a layer per step"]);
  const before = model.weights.map((weight) => [...weight.read().dataSync()]);
  tf.tidy(() => {
    const x = sequences();
    const [statistics] = batchNormStatistics(model, [x]);
    expect(statistics?.mean.dataSync() ?? []).toBeAllClose(tf.mean(x, [0, 1]).dataSync());
    expect(statistics?.variance.dataSync() ?? []).toBeAllClose(tf.moments(x, [0, 1]).variance.dataSync());
  });
  expect(model.weights.map((weight) => [...weight.read().dataSync()])).toEqual(before);
  disposeModel(model);
});

it("a frozen batch normalisation per step uses its averages in a training step", () => {
  const model = network((x) => apply(tfl.layers.flatten(), bodies["a layer per step"](x)));
  for (const layer of model.layers) layer.trainable = false;
  expect(frozenNormalizations(model)).toHaveLength(1);
  const minibatch = { xs: sequences(), ys: tf.zeros([batch, 12]) };
  const options = { loss: meanSquaredError(), weights: [] };
  const [frozen, evaluated] = [
    lossAndGradients(model, minibatch, { ...options, mode: "train", frozen: frozenNormalizations(model) }),
    lossAndGradients(model, minibatch, { ...options, mode: "eval" }),
  ];
  expect(frozen.loss.dataSync()).toEqual(evaluated.loss.dataSync());
  tf.dispose([minibatch, { ...frozen }, { ...evaluated }] as tf.TensorContainer);
  disposeModel(model);
});

it("a softmax per step is a head: its loss is that of a Dense on sequences", async () => {
  const layer = () => tfl.layers.dense({ units: 3, activation: "softmax" });
  const models = [
    network((x) => apply(layer(), x)),
    network((x) => apply(tfl.layers.timeDistributed({ layer: layer() }), x)),
  ];
  const logits = models.map((model) =>
    tf.tidy(() => {
      const [y] = forward(model, sequences());
      return [...(y?.dataSync() ?? [])];
    }),
  );
  expect(logits[1]).toEqual(logits[0]);
  expect(Math.min(...(logits[1] ?? []))).toBeLessThan(0);
  for (const model of models) disposeModel(model);
});

it("a stateful layer is refused, by name", async () => {
  const x = tfl.input({ batchShape: [batch, steps, inputs] });
  const layer = tfl.layers.gru({ ...vector(3), stateful: true, name: "memory" });
  const model = tfl.model({
    inputs: x,
    outputs: apply(tfl.layers.dense({ units: 2, activation: "softmax" }), apply(layer, x)),
  });
  const minibatch = () => ({ xs: sequences(), ys: tf.tensor1d([0, 1, 1], "int32") });
  await expect(evaluate(model, [minibatch()])).rejects.toThrow(TrainingError);
  const batches = minibatch();
  expect(() => lossAndGradients(model, batches)).toThrow('layer "memory" is stateful');
  tf.dispose(batches);
  disposeModel(model);
});
