/** One training step: loss, gradients, optimiser. */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { Batch } from "./batch.ts";
import { moveAverages } from "./batch-normalization.ts";
import { NonFiniteLossError } from "./errors.ts";
import type { GateSite } from "./gates.ts";
import { differentiate, type LossAndGradients } from "./loss-and-gradients.ts";
import { trainableWeights } from "./named-weights.ts";
import type { Optimizer } from "./optimizer.ts";

export interface TrainStepOptions {
  readonly labelSmoothing?: number;
  /** For the message of an error. Default 0. */
  readonly step?: number;
  /** Sees loss and gradients before the weights change; must not keep them. */
  readonly observe?: (observed: LossAndGradients) => void;
  /** What `observed.gates` shall hold. Default none. */
  readonly gates?: readonly GateSite[];
  /** What `observed.activations` shall hold. Default none. */
  readonly activations?: readonly string[];
}

export interface StepResult {
  /** Mean cross-entropy of the minibatch, before the step. */
  readonly loss: number;
  /** Share of the minibatch that was right, before the step. */
  readonly accuracy: number;
}

/**
 * Change the weights once, and the moving averages. Disposes the batch. The loss is read from the engine, nothing else.
 * Throws `NonFiniteLossError` and then leaves weights, moving averages and optimiser as they were.
 */
export function trainStep(
  model: tfl.LayersModel,
  optimizer: Optimizer,
  batch: Batch,
  { labelSmoothing = 0, step = 0, observe, gates = [], activations = [] }: TrainStepOptions = {},
): StepResult {
  const disposables: tf.TensorContainer[] = [batch.xs, batch.ys];
  try {
    const { statistics, ...observed } = differentiate(model, batch, {
      labelSmoothing,
      gates,
      activations,
    });
    disposables.push({ ...observed, gates: [...observed.gates] });
    disposables.push(statistics.flatMap(({ mean, variance }) => [mean, variance]));
    const values = tf.tidy(() => tf.stack([observed.loss, observed.correct]).dataSync<"float32">());
    const [loss = Number.NaN, correct = 0] = values;
    if (!Number.isFinite(loss)) throw new NonFiniteLossError(loss, step);
    observe?.(observed);
    moveAverages(statistics);
    optimizer.apply(trainableWeights(model), observed.gradients);
    return { loss, accuracy: correct / (batch.xs.shape[0] ?? 0) };
  } finally {
    tf.dispose(disposables);
  }
}
