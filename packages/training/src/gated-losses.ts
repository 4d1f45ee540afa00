/**
 * The losses of examples while gates are closed, in whole or in part: what the layers before the first gate give is
 * computed once a minibatch, and several settings of the gates share a pass through the layers after it.
 */
import { compiled, softmaxCrossEntropy } from "@secateur/backend/ops";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type Batch, checkBatch } from "./batch.ts";
import { TrainingError } from "./errors.ts";
import { checkEndsInSoftmax } from "./final-softmax.ts";
import { isModel, type LayerUse, layerUses } from "./layer-uses.ts";
import { modelFunction, onceForModel } from "./model-function.ts";
import { type Pass, read, runUses, type Taps, type Values } from "./run-layers.ts";
import { targets } from "./targets.ts";

/** A minibatch as far as the first gate. */
export interface PreparedBatch {
  /** What the layers after it need of those before it. */
  readonly tensors: readonly tf.Tensor[];
  /** `[batch, classes]` */
  readonly labels: tf.Tensor2D;
}

export interface GatedLosses {
  /** The result is the caller's to dispose, like the batch. */
  readonly prepare: (batch: Batch) => PreparedBatch;
  /**
   * @param gates for each of the layers `[settings, channels]`: what multiplies the channels of what it gets.
   * @returns `[settings, batch]`; the caller's to dispose.
   */
  readonly losses: (prepared: PreparedBatch, gates: readonly tf.Tensor2D[]) => tf.Tensor2D;
}

/**
 * With moving statistics (mode "eval").
 *
 * @param layers have gates on what they get, on the channels of its last axis.
 * @throws TrainingError for a model without softmax, or a layer that the model does not have.
 */
export function gatedLosses(model: tfl.LayersModel, layers: readonly string[]): GatedLosses {
  checkEndsInSoftmax(model);
  return onceForModel(model, JSON.stringify(["gated-losses", ...layers]), () => {
    const { before, after, between } = cut(model, layers);
    const prefix = modelFunction(model, ([xs, ys]) => {
      const [input] = model.inputs;
      if (xs === undefined || ys === undefined || input === undefined) throw new TypeError("xs, ys expected");
      const values: Values = new Map([[input, xs]]);
      runUses(model, before, values, between, true, plainPass({}));
      const classes = Number(model.outputs[0]?.shape.at(-1));
      const kept = [targets(ys, classes), ...between.map((tensor) => read(values, tensor))];
      return kept.map((tensor) => tf.clone(tensor)); // some may be what was given, which its owner disposes
    });
    const suffix = compiled((inputs) => {
      const gates = inputs.slice(0, layers.length) as tf.Tensor2D[];
      const [labels, ...tensors] = inputs.slice(layers.length, layers.length + 1 + between.length);
      const settings = Number(gates[0]?.shape[0]);
      const values: Values = new Map();
      for (const [i, tensor] of between.entries())
        values.set(tensor, repeat(tensors[i] as tf.Tensor, settings));
      runUses(model, after, values, model.outputs, true, plainPass(gateTaps(layers, gates)));
      const scores = read(values, model.outputs[0] as tfl.SymbolicTensor) as tf.Tensor2D;
      const losses = softmaxCrossEntropy(scores, repeat(labels as tf.Tensor, settings) as tf.Tensor2D);
      return [tf.reshape(losses, [settings, -1])];
    });
    return {
      prepare(batch) {
        checkBatch(model, batch);
        const [labels, ...tensors] = prefix(batch);
        return { labels: labels as tf.Tensor2D, tensors };
      },
      losses({ labels, tensors }, gates) {
        const weights = model.weights.map((weight) => weight.read());
        const [losses] = suffix([...gates, labels, ...tensors, ...weights]);
        return losses as tf.Tensor2D;
      },
    };
  });
}

interface Cut {
  readonly before: readonly LayerUse[];
  readonly after: readonly LayerUse[];
  /** What crosses the cut. */
  readonly between: readonly tfl.SymbolicTensor[];
}

/** Before the first use of any of the layers. */
function cut(model: tfl.LayersModel, layers: readonly string[]): Cut {
  const uses = layerUses(model);
  const holds = (layer: tfl.layers.Layer): boolean =>
    layers.includes(layer.name) || (isModel(layer) && layer.layers.some(holds));
  const at = uses.findIndex(({ layer }) => holds(layer));
  if (at < 0)
    throw new TrainingError(`the model has no layer ${layers.map((name) => `"${name}"`).join(" or ")}`);
  const [before, after] = [uses.slice(0, at), uses.slice(at)];
  const made = new Set([...model.inputs, ...before.flatMap(({ outputs }) => outputs)]);
  const needed = new Set([...after.flatMap(({ inputs }) => inputs), ...model.outputs]);
  return { before, after, between: [...needed].filter((tensor) => made.has(tensor)) };
}

const plainPass = (inputTaps: Taps): Pass => ({ mode: "eval", taps: {}, inputTaps, observe: undefined });

/** `[batch, ...]` to `[times · batch, ...]`. */
function repeat(x: tf.Tensor, times: number): tf.Tensor {
  return times === 1 ? x : tf.tile(x, [times, ...x.shape.slice(1).map(() => 1)]);
}

function gateTaps(layers: readonly string[], gates: readonly tf.Tensor2D[]): Taps {
  const tap =
    (gate: tf.Tensor2D) =>
    (x: tf.Tensor): tf.Tensor => {
      const [settings, channels] = gate.shape;
      const middle = x.shape.slice(1, -1).reduce((a, b) => a * b, 1);
      const bySetting = tf.reshape(x, [settings, -1, middle, channels]);
      return tf.reshape(tf.mul(bySetting, tf.reshape(gate, [settings, 1, 1, channels])), x.shape);
    };
  return Object.fromEntries(layers.map((layer, i) => [layer, tap(gates[i] as tf.Tensor2D)]));
}
