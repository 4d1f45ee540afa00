/**
 * What a training step computes, as a pure function of the minibatch and the model's weights: so that an engine may run
 * it as one program (`compiled`). What changes the model (moving averages, the optimiser) is left to its caller.
 */
import { compiled, softmaxCrossEntropy, type TensorFunction } from "@secateur/backend/ops";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { Batch } from "./batch.ts";
import type { BatchStatistics } from "./batch-normalization.ts";
import { TrainingError } from "./errors.ts";
import { logits, type Mode } from "./forward.ts";
import { type NamedWeights, variableOf } from "./named-weights.ts";
import { valueAndGradients } from "./tape.ts";
import { countCorrect, targets } from "./targets.ts";

export interface StepOptions {
  readonly mode: Mode;
  readonly labelSmoothing: number;
  /** Those whose gradients are wanted. */
  readonly weights: NamedWeights;
}

export interface StepOutputs {
  readonly loss: tf.Scalar;
  readonly correct: tf.Scalar;
  readonly gradients: Readonly<Record<string, tf.Tensor>>;
  /** Of every use of a batch normalisation layer, in mode "train". */
  readonly statistics: readonly BatchStatistics[];
}

export type StepFunction = (batch: Batch) => StepOutputs;

/** By the model's outputs: a Sequential that grows gets new ones. */
const known = new WeakMap<readonly tfl.SymbolicTensor[], Map<string, StepFunction>>();

/** The same function for the same model and options. Its outputs are the caller's to dispose. */
export function stepFunction(model: tfl.LayersModel, options: StepOptions): StepFunction {
  const functions = known.get(model.outputs) ?? new Map<string, StepFunction>();
  known.set(model.outputs, functions);
  const key = JSON.stringify([options.mode, options.labelSmoothing, ...options.weights.keys()]);
  const found = functions.get(key) ?? makeStepFunction(model, options);
  functions.set(key, found);
  return found;
}

function makeStepFunction(
  model: tfl.LayersModel,
  { mode, labelSmoothing, weights }: StepOptions,
): StepFunction {
  const names = [...weights.keys()];
  const variables = [...weights.values()].map(variableOf);
  /** The layers whose statistics the function gives; the same at every call. */
  let normalizations: readonly tfl.layers.Layer[] = [];

  const f: TensorFunction = ([xs, ys]) => {
    if (xs === undefined || ys === undefined) throw new TypeError("xs, ys expected");
    const statistics: BatchStatistics[] = [];
    const { value, others, gradients } = valueAndGradients(() => {
      const scores = logits(model, xs, { mode }, (batch) => statistics.push(batch));
      const losses = softmaxCrossEntropy(scores, targets(ys, scores.shape[1], labelSmoothing));
      const moments = statistics.flatMap(({ mean, variance }) => [mean, variance]);
      return [tf.mean(losses), countCorrect(scores, ys), ...moments];
    }, variables);
    normalizations = statistics.map(({ layer }) => layer);
    const found = gradients.map((gradient, i) => {
      if (gradient !== undefined) return gradient;
      throw new TrainingError(`"${names[i]}" has no gradient: the loss does not depend on it`);
    });
    return [value, ...others, ...found];
  };
  const run = compiled(f);

  return ({ xs, ys }) => {
    const [loss, correct, ...rest] = run([xs, ys, ...model.weights.map((weight) => weight.read())]);
    const statistics = normalizations.map((layer, i) => ({
      layer,
      mean: rest[2 * i],
      variance: rest[2 * i + 1],
    }));
    const gradients = rest.slice(2 * normalizations.length);
    const byName = Object.fromEntries(names.map((name, i) => [name, gradients[i]]));
    return { loss, correct, gradients: byName, statistics } as StepOutputs;
  };
}
