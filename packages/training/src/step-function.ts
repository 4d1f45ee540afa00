/**
 * What a training step computes, as a pure function of the minibatch and the model's weights: so that an engine may run
 * it as one program. What changes the model (moving averages, the optimiser) is left to its caller.
 */
import { softmaxCrossEntropy, type TensorFunction } from "@secateur/backend/ops";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { Batch } from "./batch.ts";
import type { BatchStatistics } from "./batch-normalization.ts";
import { TrainingError } from "./errors.ts";
import { logits, type Mode } from "./forward.ts";
import { modelFunction, onceForModel } from "./model-function.ts";
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

/** The same function for the same model and options. Its outputs are the caller's to dispose. */
export function stepFunction(model: tfl.LayersModel, options: StepOptions): StepFunction {
  const purpose = JSON.stringify(["step", options.mode, options.labelSmoothing, ...options.weights.keys()]);
  return onceForModel(model, purpose, () => makeStepFunction(model, options));
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
  const run = modelFunction(model, f);

  return (batch) => {
    const [loss, correct, ...rest] = run(batch);
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
