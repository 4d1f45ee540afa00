/** Scores of recurrent layers and wrappers, compared with finite differences of the loss and with sums over weights by hand. */

import { randomizeWeights } from "@repo/testing/random-architecture";
import {
  buildDependencyGraph,
  consumesUnits,
  type DependencyGraph,
  type Group,
} from "@secateur/dependency-graph";
import { disposeModel, modelGraph, variableOf } from "@secateur/model-graph";
import { evaluate, fit, sgd } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import { CriterionNotApplicableError, criteria, score } from "../src/index.ts";

type Tensor = tfl.SymbolicTensor;
const apply = (layer: tfl.layers.Layer, x: Tensor | Tensor[]): Tensor => layer.apply(x) as Tensor;
const vector = (units: number) => ({ units, recurrentInitializer: "glorotNormal" }) as const;

const [batch, steps, inputs, classes] = [6, 5, 3, 3];

const bodies = {
  "an LSTM": (x: Tensor) => apply(tfl.layers.lstm(vector(4)), x),
  "a bidirectional GRU": (x: Tensor) =>
    apply(tfl.layers.bidirectional({ layer: tfl.layers.gru(vector(3)), mergeMode: "concat" }), x),
  "a TimeDistributed Dense": (x: Tensor) => {
    const layer = tfl.layers.dense({ units: 4, activation: "tanh" });
    return apply(tfl.layers.simpleRNN(vector(3)), apply(tfl.layers.timeDistributed({ layer }), x));
  },
  "stacked cells": (x: Tensor) => {
    const cell = [tfl.layers.lstmCell(vector(3)), tfl.layers.gruCell(vector(4))];
    return apply(tfl.layers.rnn({ cell }), x);
  },
  "an LSTM that starts from the states of another": (x: Tensor) => {
    const [, h, c] = tfl.layers.lstm({ ...vector(3), returnState: true }).apply(x) as Tensor[];
    return apply(tfl.layers.lstm(vector(3)), [x, h as Tensor, c as Tensor]);
  },
} as const;

function network(body: (x: Tensor) => Tensor): tfl.LayersModel {
  const x = tfl.input({ shape: [steps, inputs] });
  const head = tfl.layers.dense({ units: classes, activation: "softmax", name: "head" });
  const model = tfl.model({ inputs: x, outputs: apply(head, body(x)) });
  randomizeWeights(model, 3);
  return model;
}

const minibatch = () => ({
  xs: tf.randomNormal([batch, steps, inputs], 0, 1, "float32", 4),
  ys: tf.tensor1d([0, 1, 2, 2, 1, 0], "int32"),
});

async function lossOf(model: tfl.LayersModel): Promise<number> {
  return (await evaluate(model, [minibatch()])).loss;
}

/** The loss with the gate of one unit at `z`: a factor on all weights that consume the unit. */
async function lossAtGate(model: tfl.LayersModel, group: Group, unit: number, z: number): Promise<number> {
  const { weights } = modelGraph(model);
  const slices = group.slices.filter(({ role }) => consumesUnits(role));
  const before = slices.map(({ weight }) => tf.clone(weights.get(weight)?.read() as tf.Tensor));
  for (const { weight, axis, indices, indicesPerUnit } of slices) {
    const variable = variableOf(weights.get(weight) as tfl.LayerVariable);
    const factors = new Float32Array(variable.shape[axis] as number).fill(1);
    for (const index of indices.subarray(unit * indicesPerUnit, (unit + 1) * indicesPerUnit))
      factors[index] = z;
    tf.tidy(() =>
      variable.assign(
        tf.mul(
          variable,
          tf.tensor(
            factors,
            variable.shape.map((n, i) => (i === axis ? n : 1)),
          ),
        ),
      ),
    );
  }
  const loss = await lossOf(model);
  for (const [i, { weight }] of slices.entries())
    variableOf(weights.get(weight) as tfl.LayerVariable).assign(before[i] as tf.Tensor);
  tf.dispose(before);
  return loss;
}

/** ∂L/∂z at z = 1, a central difference of fourth order. */
async function gateSlope(model: tfl.LayersModel, group: Group, unit: number): Promise<number> {
  const h = 0.04;
  const at = (steps: number) => lossAtGate(model, group, unit, 1 + steps * h);
  const [a, b, c, d] = [await at(-2), await at(-1), await at(1), await at(2)];
  return (a - 8 * b + 8 * c - d) / (12 * h);
}

async function scoresOf(graph: DependencyGraph, criterion: ReturnType<typeof criteria.l1>) {
  return score(graph.model, graph, criterion, [minibatch()], { onWarning: () => undefined });
}

for (const [name, body] of Object.entries(bodies)) {
  describe(name, () => {
    it("taylor-gate is the squared slope of the loss in the gate", async () => {
      const model = network(body);
      const graph = buildDependencyGraph(model);
      expect(graph.groups.length).toBeGreaterThan(0);
      const scores = await scoresOf(graph, criteria.taylorGate());
      for (const group of graph.groups) {
        const slopes: number[] = [];
        for (let unit = 0; unit < group.unitCount; unit++) slopes.push(await gateSlope(model, group, unit));
        const largest = Math.max(...slopes.map(Math.abs));
        const actual = [...(scores.get(group.id) ?? [])].map(Math.sqrt);
        expect(actual, group.id).toBeAllClose(slopes.map(Math.abs), { rtol: 0, atol: 1e-3 * largest });
      }
      disposeModel(model);
    });

    it("is trained", async () => {
      const model = network(body);
      const before = await lossOf(model);
      const optimizer = sgd({ learningRate: 0.5 });
      for await (const _ of fit(model, () => [minibatch()], { optimizer, epochs: 8 }));
      optimizer.dispose();
      expect(await lossOf(model)).toBeLessThan(0.95 * before);
      disposeModel(model);
    });
  });
}

it("magnitudes sum over the columns of all gates", async () => {
  const model = network(bodies["an LSTM"]);
  const graph = buildDependencyGraph(model);
  const [group] = graph.groups;
  const [absolute, squared] = [new Float64Array(4), new Float64Array(4)];
  for (const [path, weight] of modelGraph(model).weights) {
    if (!path.endsWith("kernel") || path.startsWith("head")) continue;
    for (const [i, value] of weight.read().dataSync().entries()) {
      absolute[i % 4] = Number(absolute[i % 4]) + Math.abs(value);
      squared[i % 4] = Number(squared[i % 4]) + value ** 2;
    }
  }
  expect((await scoresOf(graph, criteria.l1())).get(group?.id ?? "") ?? []).toBeAllClose(absolute);
  expect((await scoresOf(graph, criteria.l2())).get(group?.id ?? "") ?? []).toBeAllClose(squared);
  disposeModel(model);
});

it("criteria of gates on layer inputs refuse recurrent units, and say what to use", async () => {
  const model = network(bodies["an LSTM"]);
  const graph = buildDependencyGraph(model);
  await expect(scoresOf(graph, criteria.taylorFullGradient())).rejects.toThrow(CriterionNotApplicableError);
  await expect(scoresOf(graph, criteria.taylorFullGradient())).rejects.toThrow(
    'consumes its own units at the next time step, where no gate on a layer\'s input reaches them: use "taylor-gate"',
  );
  disposeModel(model);
});
