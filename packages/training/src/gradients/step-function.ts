/**
 * The computation of a training step as a function of the minibatch and the model's weights, which an engine can compile
 * to one program. The caller updates the moving averages and the weights.
 */
import { reserveMemory } from "@secateur/backend/ops";
import { modelGraph, variableOf } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type Batch, batchSize } from "../batch.ts";
import { TrainingError } from "../errors.ts";
import type { BatchStatistics } from "../forward/batch-normalization.ts";
import type { Mode } from "../forward/pass.ts";
import { runModel } from "../forward/run-calls.ts";
import type { ModelLoss } from "../losses/model-loss.ts";
import { unlessNotFinite } from "./finite.ts";
import { createGates, type GateSite, siteKey } from "./gates.ts";
import { recordInputs } from "./input-statistics.ts";
import { cachedForModel, modelFunction } from "./model-function.ts";
import { stepBytes } from "./step-memory.ts";
import { valueAndGradients } from "./tape.ts";

export interface StepOptions {
  readonly loss: ModelLoss;
  readonly mode: Mode;
  /** Whether dropout and noise layers are active. */
  readonly dropout: boolean;
  /** Paths of batch normalisations that use their moving averages in mode "train". */
  readonly frozen: readonly string[];
  /** Paths of the weights to differentiate with respect to. */
  readonly weights: readonly string[];
  /** Gates to differentiate with respect to (one set of gates per example). */
  readonly gates: readonly GateSite[];
  /** Paths of layers whose input statistics are returned. */
  readonly inputStatistics: readonly string[];
}

export interface StepOutputs {
  /** NaN also where the loss itself is finite, but an input, a gradient or a batch statistic is not. */
  readonly loss: tf.Scalar;
  /** The number of correct predictions. */
  readonly correct: tf.Scalar;
  /** By weight path, each of the weight's shape. */
  readonly gradients: Readonly<Record<string, tf.Tensor>>;
  /** By site key: gradients of each example's loss with respect to its gates, `[batch, channels]`. */
  readonly gates: Readonly<Record<string, tf.Tensor2D>>;
  /** By layer path: for each input channel the mean and the fraction of non-zero values, `[2, channels]`. */
  readonly inputStatistics: Readonly<Record<string, tf.Tensor2D>>;
  /** The batch statistics of every call of batch normalisation, in mode "train". */
  readonly statistics: readonly BatchStatistics[];
}

export type StepFunction = (batch: Batch) => StepOutputs;

/** Cached by model and options. The caller disposes the outputs. */
export function stepFunction(model: tfl.LayersModel, options: StepOptions): StepFunction {
  const { loss, ...rest } = options;
  return cachedForModel(model, JSON.stringify(["step", loss.key, rest]), () => makeStep(model, options));
}

function makeStep(model: tfl.LayersModel, options: StepOptions): StepFunction {
  const { weights, inputStatistics } = options;
  const gates = [...new Set(options.gates.map(siteKey))];
  /**
   * The layers of the batch statistics. Set while the function below runs in JavaScript. A compiled graph no longer calls it, so
   * the last value stays valid because the layers never change.
   */
  let normalizations: readonly tfl.layers.Layer[] = [];
  const run = modelFunction(model, (inputs, targets) => {
    const { tensors, layers } = computeStep(model, options, inputs, targets);
    normalizations = layers;
    return tensors;
  });
  const bytesFor = stepBytes(model);
  return (batch) => {
    reserveMemory(bytesFor(batchSize(batch)));
    const outputs = [...run(batch)];
    const take = (count: number): tf.Tensor[] => outputs.splice(0, count);
    const byKey = (keys: readonly string[]): Record<string, tf.Tensor> => {
      const values = take(keys.length);
      return Object.fromEntries(keys.map((key, i) => [key, values[i] as tf.Tensor]));
    };
    const [loss, correct] = take(2);
    const statistics = normalizations.map((layer) => {
      const [mean, variance] = take(2);
      return { layer, mean, variance };
    });
    const statisticsOfInputs = byKey(inputStatistics);
    const gradients = byKey(weights);
    return {
      loss,
      correct,
      statistics,
      inputStatistics: statisticsOfInputs,
      gradients,
      gates: byKey(gates),
    } as StepOutputs;
  };
}

/**
 * Returns, in this order: loss, correct predictions, mean and variance of each batch normalisation, input statistics, gradients
 * of weights, gradients of gates.
 */
function computeStep(
  model: tfl.LayersModel,
  { loss, mode, dropout, frozen, weights, gates, inputStatistics }: StepOptions,
  inputs: readonly tf.Tensor[],
  targets: readonly tf.Tensor[],
): { readonly tensors: readonly tf.Tensor[]; readonly layers: readonly tfl.layers.Layer[] } {
  const size = Number(inputs[0]?.shape[0]);
  const statistics: BatchStatistics[] = [];
  const { tensors: gateTensors, outputHooks, inputHooks } = createGates(model, gates, size);
  const recorder = recordInputs(inputStatistics, inputHooks);
  const variables = weights.map((path) => variableAt(model, path));
  const moments = (): readonly tf.Tensor[] => statistics.flatMap(({ mean, variance }) => [mean, variance]);
  const { value, others, gradients } = valueAndGradients(() => {
    const outputs = runModel(model, inputs, {
      mode,
      dropout,
      frozen: new Set(frozen),
      outputHooks,
      inputHooks: recorder.hooks,
      finalActivations: loss.finalActivations,
      onStatistics: (batch) => statistics.push(batch),
    });
    const losses = loss.perExample(outputs, targets);
    return [tf.mean(losses), loss.countCorrect(outputs, targets), ...moments(), ...recorder.results()];
  }, [...variables, ...gateTensors.values()]);
  const ofWeights = variables.map((variable, i) => gradients[i] ?? tf.zerosLike(variable)); // may not reach the loss
  const ofGates = [...gateTensors.keys()].map((key, i) => {
    const gradient = gradients[weights.length + i];
    if (gradient === undefined)
      throw new TrainingError(
        `there is no gradient for the gates at the ${key}: the loss does not depend on them`,
      );
    return tf.mul(gradient, size); // of each example's loss, not of the mean
  });
  const reported = unlessNotFinite(value, [...inputs, ...moments(), ...ofWeights, ...ofGates]);
  return {
    tensors: [reported, ...others, ...ofWeights, ...ofGates],
    layers: statistics.map(({ layer }) => layer),
  };
}

function variableAt(model: tfl.LayersModel, path: string): tf.Variable {
  const weight = modelGraph(model).weights.get(path);
  if (weight === undefined) throw new TrainingError(`the model has no weight "${path}"`);
  return variableOf(weight);
}
