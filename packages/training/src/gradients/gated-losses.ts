/**
 * Per-example losses under masks: factors on the input channels of some layers. The layers before the first mask run once per
 * minibatch, and several masks share one pass through the layers after it.
 */
import { compiled } from "@secateur/backend/ops";
import { type GraphTensor, type LayerCall, type ModelGraph, modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type Batch, batchSize, checkBatch, inputsOf, targetsOf } from "../batch.ts";
import { TrainingError } from "../errors.ts";
import type { Hooks, Pass } from "../forward/pass.ts";
import { castInputs, outputsOf, read, runCalls, type Values } from "../forward/run-calls.ts";
import { type LossOption, type ModelLoss, modelLoss } from "../losses/model-loss.ts";
import { cachedForModel } from "./model-function.ts";
import { requireChannelsLast } from "./require-channels-last.ts";

/** A minibatch after the layers before the first mask. The caller disposes the tensors. */
export interface PreparedBatch {
  readonly size: number;
  /** The tensors that the remaining layers read. */
  readonly tensors: readonly tf.Tensor[];
  readonly targets: readonly tf.Tensor[];
}

export interface GatedLosses {
  /** Does not dispose the batch. */
  readonly prepare: (batch: Batch) => PreparedBatch;
  /**
   * @param masks - For each of the layers, `[masks, channels]`: factors on its input channels.
   * @returns `[masks, batch]`. The caller disposes it.
   */
  readonly losses: (prepared: PreparedBatch, masks: readonly tf.Tensor2D[]) => tf.Tensor2D;
}

/**
 * Runs in mode "eval".
 *
 * @param layers - Paths of the layers to mask, on the last axis of their inputs.
 * @throws TrainingError for a loss that does not fit the model, or a layer that the model does not have or that has channels first.
 *
 * @example
 * const gated = gatedLosses(model, ["conv2"]);
 * const prepared = gated.prepare(batch);
 * const losses = gated.losses(prepared, [tf.tensor2d([[0, 1, 1]])]); // without input channel 0 of conv2
 */
export function gatedLosses(
  model: tfl.LayersModel,
  layers: readonly string[],
  lossOption?: LossOption,
): GatedLosses {
  requireChannelsLast(model, layers);
  const loss = modelLoss(model, lossOption);
  const purpose = JSON.stringify(["gated-losses", loss.key, ...layers]);
  return cachedForModel(model, purpose, () => makeGatedLosses(model, layers, loss));
}

function makeGatedLosses(model: tfl.LayersModel, layers: readonly string[], loss: ModelLoss): GatedLosses {
  const graph = modelGraph(model);
  const { before, after, between } = cutBefore(graph, layers);
  const passWith = (inputHooks: Hooks): Pass => {
    const { finalActivations } = loss;
    return { mode: "eval", dropout: false, outputHooks: {}, inputHooks, finalActivations };
  };
  const prefix = compiled((tensors) => {
    const inputs = castInputs(model, tensors.slice(0, graph.inputs.length));
    const values: Values = new Map(graph.inputs.map((input, i) => [input, inputs[i] as tf.Tensor]));
    runCalls(before, values, between, passWith({}));
    return between.map((tensor) => tf.clone(read(values, tensor))); // a model input may be among them
  });
  const suffix = compiled((inputs) => {
    const masks = inputs.slice(0, layers.length) as tf.Tensor2D[];
    const end = layers.length + between.length;
    const tensors = inputs.slice(layers.length, end);
    const targets = inputs.slice(end, end + graph.outputs.length);
    const count = Number(masks[0]?.shape[0]);
    const values: Values = new Map(
      between.map((tensor, i) => [tensor, repeat(tensors[i] as tf.Tensor, count)]),
    );
    const pass = passWith(maskHooks(layers, masks));
    runCalls(after, values, graph.outputs, pass);
    const outputs = outputsOf(graph.outputs, values, pass);
    const losses = loss.perExample(
      outputs,
      targets.map((target) => repeat(target, count)),
    );
    return [tf.reshape(losses, [count, -1])];
  });
  const weights = (): readonly tf.Tensor[] => [...graph.weights.values()].map((weight) => weight.read());
  return {
    prepare(batch) {
      checkBatch(model, batch, loss.losses);
      const tensors = prefix([...inputsOf(batch), ...weights()]);
      return { size: batchSize(batch), tensors, targets: targetsOf(batch).map((target) => tf.clone(target)) };
    },
    losses({ tensors, targets }, masks) {
      const [losses] = suffix([...masks, ...tensors, ...targets, ...weights()]);
      return losses as tf.Tensor2D;
    },
  };
}

interface Cut {
  readonly before: readonly LayerCall[];
  readonly after: readonly LayerCall[];
  /** Tensors that cross the cut. */
  readonly between: readonly GraphTensor[];
}

/** Cuts before the first call of any of the layers. */
function cutBefore({ calls, inputs, outputs }: ModelGraph, layers: readonly string[]): Cut {
  const first = calls.findIndex(({ path }) => layers.includes(path));
  if (first < 0)
    throw new TrainingError(`the model has no layer ${layers.map((name) => `"${name}"`).join(" or ")}`);
  const [before, after] = [calls.slice(0, first), calls.slice(first)];
  const produced = new Set([...inputs, ...before.flatMap((call) => call.outputs)]);
  const needed = new Set([...after.flatMap((call) => call.inputs), ...outputs]);
  return { before, after, between: [...needed].filter((tensor) => produced.has(tensor)) };
}

/** `[batch, ...]` to `[times · batch, ...]`. */
function repeat(x: tf.Tensor, times: number): tf.Tensor {
  return times === 1 ? x : tf.tile(x, [times, ...x.shape.slice(1).map(() => 1)]);
}

function maskHooks(layers: readonly string[], masks: readonly tf.Tensor2D[]): Hooks {
  const hook =
    (mask: tf.Tensor2D) =>
    (x: tf.Tensor): tf.Tensor => {
      const [count, channels] = mask.shape;
      const middle = x.shape.slice(1, -1).reduce((a, b) => a * b, 1);
      const byMask = tf.reshape(x, [count, -1, middle, channels]);
      return tf.reshape(tf.mul(byMask, tf.reshape(mask, [count, 1, 1, channels])), x.shape);
    };
  return Object.fromEntries(layers.map((layer, i) => [layer, hook(masks[i] as tf.Tensor2D)]));
}
