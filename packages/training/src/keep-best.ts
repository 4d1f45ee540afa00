/** Early stopping: measures a model after every epoch of a training, ends when it no longer improves, keeps the best weights. */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { TrainingError } from "./errors.ts";
import type { TrainingEvent } from "./fit.ts";
import { readWeights, type WeightTensors, writeWeights } from "./model-weights.ts";
import type { WeightAverage } from "./weight-average.ts";

/** A number that is higher for a better model, for instance the accuracy on held-out examples. */
export type ModelMetric = (model: tfl.LayersModel) => number | Promise<number>;

export interface KeepBestOptions {
  readonly metric: ModelMetric;
  /** Epochs in a row without a better value after which the training ends. Default: it does not end early. */
  readonly patience?: number;
  /** Measures and keeps this average instead of the model's weights; pass it to `fit` as well. */
  readonly average?: WeightAverage | undefined;
}

export interface ValidationEvent {
  readonly type: "validation";
  /** The epoch that has just ended; null before the first. */
  readonly epoch: number | null;
  /** The metric's value. */
  readonly value: number;
  /** Whether it is the best value so far. */
  readonly isBest: boolean;
}

interface Best {
  readonly value: number;
  readonly weights: WeightTensors;
}

/**
 * Passes the events of a training on, with a validation event before the first epoch and after each. At the end, also after a
 * `break` or an error, the model has the weights of the best validation, those before the training included.
 *
 * @param training - The result of `fit` for this model.
 * @throws TrainingError for a metric that is not a number; and what the training throws.
 *
 * @example
 * const metric: ModelMetric = async (model) => (await evaluate(model, heldOut())).accuracy;
 * for await (const event of keepBest(model, fit(model, data, { epochs: 100, optimizer }), { metric, patience: 5 })) {
 *   if (event.type === "validation") console.log(event.epoch, event.value);
 * }
 */
export async function* keepBest(
  model: tfl.LayersModel,
  training: AsyncIterable<TrainingEvent>,
  { metric, patience = Number.POSITIVE_INFINITY, average }: KeepBestOptions,
): AsyncGenerator<TrainingEvent | ValidationEvent> {
  check({ metric, patience });
  let best: Best | null = null;
  let epochsSince = 0;
  const validate = async (epoch: number | null): Promise<ValidationEvent> => {
    const { value, weights } = await measured(model, metric, average);
    const isBest = best === null || value > best.value;
    tf.dispose({ ...(isBest ? best?.weights : weights) });
    if (isBest) best = { value, weights };
    epochsSince = isBest ? 0 : epochsSince + 1;
    return { type: "validation", epoch, value, isBest };
  };
  try {
    yield await validate(null);
    for await (const event of training) {
      yield event;
      if (event.type !== "epoch") continue;
      yield await validate(event.epoch);
      if (epochsSince >= patience) break;
    }
  } finally {
    const { weights } = (best as Best | null) ?? {};
    if (weights !== undefined) writeWeights(model, weights);
    tf.dispose({ ...weights });
  }
}

function check({ metric, patience = 1 }: KeepBestOptions): void {
  if (typeof metric !== "function")
    throw new TrainingError(
      "metric must be a function of the model that returns a number, higher for better",
    );
  if (!(patience >= 1)) throw new TrainingError(`patience must be a number of at least 1, not ${patience}`);
}

/** The metric's value, and the weights that it is of; the caller disposes them. The model does not change. */
async function measured(
  model: tfl.LayersModel,
  metric: ModelMetric,
  average: WeightAverage | undefined,
): Promise<Best> {
  const own = readWeights(model);
  try {
    average?.copyTo(model);
    const value = await measure(model, metric);
    return { value, weights: readWeights(model) };
  } finally {
    writeWeights(model, own);
    tf.dispose({ ...own });
  }
}

/** The metric's value. Throws `TrainingError` for NaN and for what is not a number. */
async function measure(model: tfl.LayersModel, metric: ModelMetric): Promise<number> {
  const value: unknown = await metric(model);
  if (typeof value === "number" && !Number.isNaN(value)) return value;
  throw new TrainingError(`the metric returned ${String(value)}: it must return a number, higher for better`);
}
