/**
 * What a training step computes, as a pure function of the minibatch and the model's weights: so that an engine may run
 * it as one program. What changes the model (moving averages, the optimiser) is left to its caller.
 */
import { reserveMemory, softmaxCrossEntropy, type TensorFunction } from "@secateur/backend/ops";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { Batch } from "./batch.ts";
import type { BatchStatistics } from "./batch-normalization.ts";
import { TrainingError } from "./errors.ts";
import { logits } from "./forward.ts";
import { type GateSite, openGates } from "./gates.ts";
import { modelFunction, onceForModel } from "./model-function.ts";
import { type NamedWeights, variableOf } from "./named-weights.ts";
import type { Mode } from "./run-layers.ts";
import { stepBytes } from "./step-bytes.ts";
import { valueAndGradients } from "./tape.ts";
import { countCorrect, targets } from "./targets.ts";
import { watchInputs } from "./watch-inputs.ts";

export interface StepOptions {
  readonly mode: Mode;
  readonly labelSmoothing: number;
  /** Those whose gradients are wanted. */
  readonly weights: NamedWeights;
  /** Where gates are whose gradients are wanted. */
  readonly gates: readonly GateSite[];
  /** Layers of which it is wanted what they get. */
  readonly activations: readonly string[];
}

export interface StepOutputs {
  readonly loss: tf.Scalar;
  readonly correct: tf.Scalar;
  readonly gradients: Readonly<Record<string, tf.Tensor>>;
  /** Of each example's own loss with respect to its gates, `[batch, channels]` for each site. */
  readonly gates: readonly tf.Tensor2D[];
  /** By layer: of each channel it gets, the mean and the share that is not 0, `[2, channels]`. */
  readonly activations: Readonly<Record<string, tf.Tensor2D>>;
  /** Of every use of a batch normalisation layer, in mode "train". */
  readonly statistics: readonly BatchStatistics[];
}

export type StepFunction = (batch: Batch) => StepOutputs;

/** The same function for the same model and options. Its outputs are the caller's to dispose. */
export function stepFunction(model: tfl.LayersModel, options: StepOptions): StepFunction {
  const { weights, ...rest } = options;
  const purpose = JSON.stringify(["step", rest, ...weights.keys()]);
  return onceForModel(model, purpose, () => makeStepFunction(model, options));
}

function makeStepFunction(
  model: tfl.LayersModel,
  { mode, labelSmoothing, weights, gates, activations }: StepOptions,
): StepFunction {
  const names = [...weights.keys()];
  const variables = [...weights.values()].map(variableOf);
  /** The layers whose statistics the function gives; the same at every call. */
  let normalizations: readonly tfl.layers.Layer[] = [];

  const f: TensorFunction = ([xs, ys]) => {
    if (xs === undefined || ys === undefined) throw new TypeError("xs, ys expected");
    const batchSize = Number(xs.shape[0]);
    const statistics: BatchStatistics[] = [];
    const { tensors, taps, inputTaps } = openGates(model, gates, batchSize);
    const seen = watchInputs(activations, inputTaps);
    const { value, others, gradients } = valueAndGradients(() => {
      const options = { mode, taps, inputTaps: seen.taps };
      const scores = logits(model, xs, options, (batch) => statistics.push(batch));
      const losses = softmaxCrossEntropy(scores, targets(ys, scores.shape[1], labelSmoothing));
      const moments = statistics.flatMap(({ mean, variance }) => [mean, variance]);
      return [tf.mean(losses), countCorrect(scores, ys), ...moments, ...seen.results()];
    }, [...variables, ...tensors]);
    normalizations = statistics.map(({ layer }) => layer);
    const found = gradients.map((gradient, i) => {
      if (gradient !== undefined) return i < names.length ? gradient : tf.mul(gradient, batchSize);
      const what =
        names[i] === undefined ? `the gates at "${gates[i - names.length]?.layer}"` : `"${names[i]}"`;
      throw new TrainingError(`${what} has no gradient: the loss does not depend on it`);
    });
    return [value, ...others, ...found];
  };
  const run = modelFunction(model, f);
  const bytesFor = stepBytes(model);

  return (batch) => {
    reserveMemory(bytesFor(batch.xs.shape[0] ?? 0));
    const [loss, correct, ...rest] = run(batch);
    const statistics = normalizations.map((layer, i) => ({
      layer,
      mean: rest[2 * i],
      variance: rest[2 * i + 1],
    }));
    const [inputs, gradients, byGate] = cut(rest.slice(2 * normalizations.length), [
      activations.length,
      names.length,
    ]);
    return {
      loss,
      correct,
      gradients: Object.fromEntries(names.map((name, i) => [name, gradients[i]])),
      gates: byGate,
      activations: Object.fromEntries(activations.map((layer, i) => [layer, inputs[i]])),
      statistics,
    } as StepOutputs;
  };
}

/** The first so many, the next so many, and the rest. */
function cut<T>(items: readonly T[], [first, second]: readonly [number, number]): [T[], T[], T[]] {
  return [items.slice(0, first), items.slice(first, first + second), items.slice(first + second)];
}
