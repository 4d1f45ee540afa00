/**
 * How each example's margins depend on the gates, `logit(c) - logit(own class)` for the top-k wrong classes c: one forward
 * pass, and one backward pass for each of the k. Needs a softmax head.
 */
import { type LogitMargins, logitMargins, siteKey, TrainingError } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import { addAll } from "../group-scope.ts";
import type { Observation } from "../observation.ts";
import { consumerGates, inputGate } from "./consumers.ts";

export interface MarginsOptions {
  /** Wrong classes that are followed, those with the largest logits. Default 3; Infinity follows all of them. */
  readonly topK?: number;
}

/** An example's loss depends on these numbers alone. */
export interface Margins {
  /** `[batch]`: log p of the example's class and of all classes that are not followed. */
  readonly logKept: tf.Tensor1D;
  /** `[topK, batch]`: log p of the top-k wrong classes, the likeliest first. */
  readonly logProbabilities: tf.Tensor2D;
  /** ∂margin/∂z, `[topK, batch, units]`. */
  readonly slopes: tf.Tensor3D;
}

/** Each wrong class takes a backward pass. */
const mostClasses = 127;

/** Adds `margins` to a group. */
export function margins({
  topK = 3,
}: MarginsOptions = {}): Observation<{ readonly margins: Margins }, object, LogitMargins> {
  if (!(topK >= 1 && (Number.isInteger(topK) || topK === Number.POSITIVE_INFINITY)))
    throw new TypeError(`topK must be a whole number of classes, 1 or more, or Infinity, not ${topK}`);
  return {
    name: "margins",
    extent: topK,
    pass: ({ graph, batch, mode }) => {
      const count = Math.min(topK, Number(graph.model.outputs[0]?.shape.at(-1)) - 1);
      if (count > mostClasses) {
        throw new TrainingError(
          `it takes a backward pass for each of ${count} classes; follow fewer (topK), or use "obd-fisher" or "obd-hutchinson"`,
        );
      }
      return logitMargins(graph.model, batch, { gates: consumerGates(graph), topK, mode });
    },
    group: (scope, { logProbabilities, gates }) => ({
      get margins() {
        const count = Math.min(topK, logProbabilities.shape[0] - 2); // another criterion may follow more
        const rest = tf.concat([tf.slice(logProbabilities, 0, 1), tf.slice(logProbabilities, 1 + count)]);
        const slopes = addAll(scope.perConsumer((layer) => gates[siteKey(inputGate(layer))] as tf.Tensor3D));
        return {
          logKept: tf.logSumExp<tf.Tensor1D>(rest, 0),
          logProbabilities: tf.slice(logProbabilities, 1, count),
          slopes: tf.slice(slopes, 0, count),
        };
      },
    }),
  };
}
