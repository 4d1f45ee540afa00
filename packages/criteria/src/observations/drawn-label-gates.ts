/**
 * Each example's gate gradients for a target drawn from the model's prediction; their mean square is the Fisher diagonal. Costs
 * two forward passes and one backward pass. Reads no labels.
 */
import { seedFromText } from "@secateur/base";
import { lossAndGradients, sampledTargets, samplingLoss, siteKey } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import { addAll } from "../group-scope.ts";
import type { Observation } from "../observation.ts";
import { consumerGates, inputGate } from "./consumers.ts";

interface DrawnLabelGates {
  /** ∂E_n/∂z for a target drawn from the model's prediction, `[batch, units]`. */
  readonly gateGradientPerDrawnLabel: tf.Tensor2D;
}

type GatesBySite = Readonly<Record<string, tf.Tensor2D>>;

/** Adds `gateGradientPerDrawnLabel` to a group. */
export function drawnLabelGates(): Observation<DrawnLabelGates, object, GatesBySite> {
  return {
    name: "drawn-label gates",
    pass: ({ graph, batch, mode, minibatch, seed = 0, loss: given, microBatches = 1 }) => {
      const { model } = graph;
      const { xs } = batch;
      const loss = samplingLoss(model, given);
      const ys = sampledTargets(
        model,
        { xs },
        { loss, mode, seed: seedFromText(`fisher/${seed}/${minibatch}`) },
      );
      try {
        const gates = consumerGates(graph);
        const options = { loss, mode, dropout: false, weights: [], gates, microBatches };
        const step = lossAndGradients(model, { xs, ys }, options);
        tf.dispose([step.loss, step.correct]);
        return step.gates;
      } finally {
        tf.dispose(ys);
      }
    },
    group: (scope, gates) => ({
      get gateGradientPerDrawnLabel() {
        scope.requireGatesOnInputs();
        return addAll(scope.perConsumer((layer) => gates[siteKey(inputGate(layer))] as tf.Tensor2D));
      },
    }),
  };
}
