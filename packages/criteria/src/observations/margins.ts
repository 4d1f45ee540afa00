/**
 * Gradients of each example's margins `logit(c) - logit(own class)` with respect to the gates, for the top-k wrong classes c.
 * Costs one forward pass, and one backward pass per class. Requires a softmax head.
 */
import { checkLabels, type LogitMargins, logitMargins, siteKey, TrainingError } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import { addAll } from "../group-scope.ts";
import type { Observation } from "../observation.ts";
import { consumerGates, inputGate } from "./consumers.ts";

export interface MarginsOptions {
  /** The number of wrong classes, those with the largest logits. Default 3; `Infinity` for all. */
  readonly topK?: number;
}

/** The margins of a group. */
export interface Margins {
  /** `[batch]`: log of the total probability of the example's class and of all classes outside the top k. */
  readonly logRest: tf.Tensor1D;
  /** `[topK, batch]`: log-probabilities of the top-k wrong classes, the most probable first. */
  readonly logProbabilities: tf.Tensor2D;
  /** ∂margin/∂z, `[topK, batch, units]`. */
  readonly slopes: tf.Tensor3D;
}

/** Each wrong class costs a backward pass. */
const maxClasses = 127;

/** Adds `margins` to a group. */
export function margins({
  topK = 3,
}: MarginsOptions = {}): Observation<{ readonly margins: Margins }, object, LogitMargins> {
  if (!(topK >= 1 && (Number.isInteger(topK) || topK === Number.POSITIVE_INFINITY)))
    throw new TypeError(`topK must be a whole number of classes, 1 or more, or Infinity, not ${topK}`);
  return {
    name: "margins",
    extent: topK,
    pass: async ({ graph, batch, mode, microBatches = 1 }) => {
      const count = Math.min(topK, Number(graph.model.outputs[0]?.shape.at(-1)) - 1);
      if (count > maxClasses) {
        throw new TrainingError(
          `topK selects ${count} classes, at most ${maxClasses} are supported: lower topK, or use "obd-fisher" or "obd-hutchinson"`,
        );
      }
      await checkLabels(graph.model, batch);
      return logitMargins(graph.model, batch, { gates: consumerGates(graph), topK, mode, microBatches });
    },
    group: (scope, { logProbabilities, gates }) => ({
      get margins() {
        const count = Math.min(topK, logProbabilities.shape[0] - 2); // another criterion may have a larger topK
        const rest = tf.concat([tf.slice(logProbabilities, 0, 1), tf.slice(logProbabilities, 1 + count)]);
        scope.requireGatesOnInputs();
        const slopes = addAll(scope.perConsumer((layer) => gates[siteKey(inputGate(layer))] as tf.Tensor3D));
        return {
          logRest: tf.logSumExp<tf.Tensor1D>(rest, 0),
          logProbabilities: tf.slice(logProbabilities, 1, count),
          slopes: tf.slice(slopes, 0, count),
        };
      },
    }),
  };
}
