/** Gradients of each example's loss with respect to the gates. */
import type * as tf from "@tensorflow/tfjs-core";
import { addAll } from "../group-scope.ts";
import type { Observation } from "../observation.ts";
import { consumerGates, inputGate } from "./consumers.ts";

interface PerExampleGates {
  /** ∂E_n/∂z for each example n, `[batch, units]`. */
  readonly gateGradientPerExample: tf.Tensor2D;
}

/** Adds `gateGradientPerExample` to a group. */
export function perExampleGates(): Observation<PerExampleGates> {
  return {
    name: "per-example gates",
    step: (graph) => ({ gates: consumerGates(graph) }),
    group: (scope) => ({
      get gateGradientPerExample() {
        scope.requireGatesOnInputs();
        return addAll(scope.perConsumer((layer) => scope.gates(inputGate(layer))));
      },
    }),
  };
}
