/**
 * Each example's gate gradients for a label sampled from the model's prediction; their mean square is the Fisher diagonal.
 * Costs two forward passes and one backward pass. Requires a softmax head.
 */
import { seedFromText } from "@secateur/base";
import { checkSoftmaxHead, forward, lossAndGradients, siteKey } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import { addAll } from "../group-scope.ts";
import type { Observation, PassContext } from "../observation.ts";
import { consumerGates, inputGate } from "./consumers.ts";

interface DrawnLabelGates {
  /** ∂E_n/∂z for a label sampled from the model's prediction, `[batch, units]`. */
  readonly gateGradientPerDrawnLabel: tf.Tensor2D;
}

type GatesBySite = Readonly<Record<string, tf.Tensor2D>>;

/** Adds `gateGradientPerDrawnLabel` to a group. */
export function drawnLabelGates(): Observation<DrawnLabelGates, object, GatesBySite> {
  return {
    name: "drawn-label gates",
    pass: (context) => {
      const { graph, batch, mode } = context;
      checkSoftmaxHead(graph.model, "labels sampled from the prediction");
      const ys = drawLabels(context);
      try {
        const gates = consumerGates(graph);
        const options = { mode, dropout: false, weights: [], gates };
        const step = lossAndGradients(graph.model, { xs: batch.xs, ys }, options);
        tf.dispose([step.loss, step.correct]);
        return step.gates;
      } finally {
        ys.dispose();
      }
    },
    group: (scope, gates) => ({
      get gateGradientPerDrawnLabel() {
        return addAll(scope.perConsumer((layer) => gates[siteKey(inputGate(layer))] as tf.Tensor2D));
      },
    }),
  };
}

/** Samples a label per example, `[batch]`: the largest logit after adding Gumbel noise. */
function drawLabels({ graph, batch, mode, minibatch, seed = 0 }: PassContext): tf.Tensor {
  return tf.tidy(() => {
    const [logits] = forward(graph.model, batch.xs, { mode, dropout: false });
    if (logits === undefined) throw new TypeError("a model has an output");
    const random = seedFromText(`fisher/${seed}/${minibatch}`);
    const uniform = tf.randomUniform(logits.shape, 1e-7, 1, "float32", random);
    return tf.argMax(tf.sub(logits, tf.log(tf.neg(tf.log(uniform)))), 1);
  });
}
