/** Optimisers and schedules, compared with sequences computed by hand from PyTorch's definitions. */

import { modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { adam, constant, cosine, type Optimizer, sgd, stepDecay, warmup } from "../src/index.ts";

let model: tfl.LayersModel;

beforeEach(() => {
  model = tfl.sequential({
    layers: [tfl.layers.dense({ name: "d", units: 1, inputShape: [1], useBias: false })],
  });
  set(1);
});
afterEach(() => model.dispose());

function set(value: number): void {
  const tensor = tf.tensor2d([[value]]);
  model.setWeights([tensor]);
  tensor.dispose();
}

/** The weight after each step, given the gradients. */
function run(optimizer: Optimizer, gradients: readonly number[]): readonly number[] {
  return gradients.map((value) => {
    const gradient = tf.tensor2d([[value]]);
    optimizer.apply(modelGraph(model).weights, { "d/kernel": gradient });
    gradient.dispose();
    return Number(model.getWeights()[0]?.dataSync()[0]);
  });
}

describe("sgd", () => {
  it("plain", () => expect(run(sgd({ learningRate: 0.1 }), [1, 2])).toBeAllClose([0.9, 0.7]));

  it("with momentum: v = 1, 2.9; w = 1 - 0.1, - 0.29", () => {
    const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
    expect(run(optimizer, [1, 2])).toBeAllClose([0.9, 0.61]);
    optimizer.dispose();
  });

  it("with momentum and weight decay: v = 1 + 0.5·1, then 0.9·1.5 + 2 + 0.5·0.85", () => {
    const optimizer = sgd({ learningRate: 0.1, momentum: 0.9, weightDecay: 0.5 });
    expect(run(optimizer, [1, 2])).toBeAllClose([0.85, 0.4725]);
    optimizer.dispose();
  });

  it("decays only kernels with decay: kernels", () => {
    const [kernel, bias] = [tf.tensor2d([[1]]), tf.tensor1d([1])];
    const layer = tfl.layers.dense({ name: "b", units: 1, inputShape: [1], weights: [kernel, bias] });
    const biased = tfl.sequential({ layers: [layer] });
    const zeros = { "b/kernel": tf.zeros([1, 1]), "b/bias": tf.zeros([1]) };
    const optimizer = sgd({ learningRate: 0.1, weightDecay: 0.5, decay: "kernels" });
    optimizer.apply(modelGraph(biased).weights, zeros);
    expect(biased.getWeights()[0]).toBeAllClose([0.95]);
    expect(biased.getWeights()[1]).toBeAllClose([1]);
    tf.dispose([kernel, bias, zeros]);
    biased.dispose();
  });

  it("with weight decay: v = 1 + 0.5·1", () => {
    expect(run(sgd({ learningRate: 0.1, weightDecay: 0.5 }), [1])).toBeAllClose([0.85]);
  });

  it("Nesterov: g + μ v = 1 + 0.9, then 2 + 0.9·2.9", () => {
    const optimizer = sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true });
    expect(run(optimizer, [1, 2])).toBeAllClose([0.81, 0.349]);
    optimizer.dispose();
  });
});

describe("adam", () => {
  it("the first step equals the learning rate for any gradient", () => {
    const optimizer = adam({ learningRate: 0.01 });
    expect(run(optimizer, [123])).toBeAllClose([0.99]);
    optimizer.dispose();
  });

  it("two steps by hand", () => {
    const optimizer = adam({ learningRate: 0.1 });
    // m = 0.1, 0.29; m̂ = 1, 0.29/0.19; v = 0.001, 0.004999; v̂ = 1, 0.004999/0.001999
    const second = 0.9 - (0.1 * (0.29 / 0.19)) / Math.sqrt(0.004999 / 0.001999);
    expect(run(optimizer, [1, 2])).toBeAllClose([0.9, second], { rtol: 1e-4 });
    optimizer.dispose();
  });

  it("has decoupled weight decay: w ← w (1 - η λ) - η", () => {
    const optimizer = adam({ learningRate: 0.1, weightDecay: 0.5 });
    expect(run(optimizer, [1])).toBeAllClose([0.85]);
    optimizer.dispose();
  });
});

describe.each([
  ["sgd", () => sgd({ learningRate: 0.1, momentum: 0.9 })],
  ["adam", () => adam({ learningRate: 0.1 })],
] as const)("the state of %s", (_, make) => {
  it("continues to the same weights after restore", async () => {
    const [first, second] = [make(), make()];
    run(first, [1, -2]);
    const saved = first.state();
    const at = Number(model.getWeights()[0]?.dataSync()[0]);
    const expected = run(first, [3, 4]);
    set(at);
    await second.restore(saved);
    expect(run(second, [3, 4])).toEqual(expected);
    tf.dispose(saved);
    first.dispose();
    second.dispose();
  });

  it("is rewritten weight by weight", () => {
    const optimizer = make();
    run(optimizer, [1]);
    const names: string[] = [];
    optimizer.rewrite((name, tensor) => {
      names.push(name);
      return tf.zerosLike(tensor);
    });
    expect(new Set(names)).toEqual(new Set(["d/kernel"]));
    const state = optimizer.state();
    const { "step/": _, ...slots } = state;
    expect(Object.keys(slots)).not.toEqual([]);
    for (const tensor of Object.values(slots)) expect(tensor).toBeAllClose([0]);
    tf.dispose(state);
    optimizer.dispose();
  });
});

it("rewrite may keep one tensor and slice another", () => {
  const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
  run(optimizer, [1]);
  optimizer.rewrite((_, tensor) => tensor);
  expect(run(optimizer, [2])).toBeAllClose([0.61]); // the momentum is kept
  optimizer.rewrite((_, tensor) => tf.concat([tensor, tensor], 1));
  const state = optimizer.state();
  expect(state["momentum/d/kernel"]?.shape).toEqual([1, 2]);
  tf.dispose(state);
  optimizer.dispose();
});

it("adam's step count is part of its state", () => {
  const optimizer = adam();
  run(optimizer, [1, 1, 1]);
  const state = optimizer.state();
  expect(Object.keys(state).sort()).toEqual(["first/d/kernel", "second/d/kernel", "step/"]);
  expect(state["step/"] ?? []).toBeAllClose([3]);
  tf.dispose(state);
  optimizer.dispose();
});

describe("schedules", () => {
  it("constant", () => expect(constant()(0.3)).toBe(1));
  it("step", () => expect([0, 0.5, 0.8].map(stepDecay({ at: [0.5, 0.75] }))).toBeAllClose([1, 0.1, 0.01]));
  it("cosine", () => expect([0, 0.5, 1].map(cosine())).toBeAllClose([1, 0.5, 0]));
  it("a schedule after a warm-up", () => {
    expect([0, 0.1, 0.2, 0.6].map(warmup(0.2, cosine()))).toBeAllClose([0, 0.5, 1, 0.5]);
    expect([0, 0.1, 0.5, 0.7].map(warmup(0.2, stepDecay({ at: [0.5] })))).toBeAllClose([0, 0.5, 1, 0.1]);
    expect(() => warmup(1, cosine())).toThrow("must be a number from 0 to below 1, not 1");
  });
});
