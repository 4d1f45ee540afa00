/**
 * The exponential moving average of a model's weights, `a ← d a + (1 - d) w` after every training step (Polyak and Juditsky
 * 1992; Tarvainen and Valpola 2017, arXiv 1703.01780). With warm-up, d is `min(decay, (1 + t) / (10 + t))` at the t-th
 * update, so that the weights of the beginning do not count for long. The moving averages of batch normalisation are
 * averaged like weights, as in timm: they then describe the same span of training as the weights that they belong to.
 */
import { movingAverage } from "@secateur/backend/ops";
import { modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { TrainingError } from "./errors.ts";
import { readWeights, type WeightTensors, writeWeights } from "./model-weights.ts";

export interface WeightAverageOptions {
  /** d, from 0 to below 1. Default 0.999. */
  readonly decay?: number;
  /** Default true. */
  readonly warmup?: boolean;
}

export interface WeightAverage {
  /** Averages the model's weights in. Call after every training step; `fit` does if it receives the average. */
  readonly update: () => void;
  /** Writes the average into a model of the same layers and widths; the average goes on as before. */
  readonly copyTo: (model: tfl.LayersModel) => void;
  /** Copies of the tensors by weight path, and the number of updates as `updates/`; the caller disposes them. */
  readonly state: () => WeightTensors;
  /** Restores a state; the tensors are copied. */
  readonly restore: (state: WeightTensors) => Promise<void>;
  readonly dispose: () => void;
}

const updatesKey = "updates/";

/**
 * Starts at the model's current weights.
 *
 * @throws TrainingError for a decay out of range, and for a state or a model of other shapes.
 *
 * @example
 * const average = weightAverage(model, { decay: 0.999 });
 * for await (const event of fit(model, data, { epochs: 10, optimizer, average })) console.log(event);
 * average.copyTo(model);
 * average.dispose();
 */
export function weightAverage(model: tfl.LayersModel, options: WeightAverageOptions = {}): WeightAverage {
  const { decay = 0.999, warmup = true } = options;
  if (!(decay >= 0 && decay < 1))
    throw new TrainingError(`decay must be a number from 0 to below 1, not ${decay}`);
  const tensors: Record<string, tf.Tensor> = { ...readWeights(model) };
  let updates = 0;
  return {
    update() {
      updates++;
      const share = warmup ? Math.min(decay, (1 + updates) / (10 + updates)) : decay;
      for (const [path, weight] of modelGraph(model).weights) {
        const old = tensors[path] as tf.Tensor;
        tensors[path] = tf.tidy(() => tf.keep(movingAverage(old, weight.read(), share)));
        old.dispose();
      }
    },
    copyTo: (target) => writeWeights(target, tensors),
    state: () => {
      const copies = Object.entries(tensors).map(([path, tensor]) => [path, tf.clone(tensor)] as const);
      return { ...Object.fromEntries(copies), [updatesKey]: tf.scalar(updates) };
    },
    async restore({ [updatesKey]: count, ...state }) {
      for (const [path, old] of Object.entries(tensors)) {
        const tensor = state[path];
        if (tensor?.shape.join() !== old.shape.join())
          throw new TrainingError(
            `the state of the average has ${tensor === undefined ? "no tensor" : `[${tensor.shape}]`} for weight "${path}", ` +
              `which is [${old.shape}]: restore the state of a model of the same layers and widths`,
          );
      }
      const restored = Number((await count?.data())?.[0] ?? 0);
      updates = restored;
      for (const [path, old] of Object.entries(tensors)) {
        tensors[path] = tf.keep(tf.clone(state[path] as tf.Tensor));
        old.dispose();
      }
    },
    dispose: () => tf.dispose(tensors),
  };
}
