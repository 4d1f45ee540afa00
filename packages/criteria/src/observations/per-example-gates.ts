/** The gradient of every example's own loss with respect to the gates. A few per cent beside a training step. */
import type * as tf from "@tensorflow/tfjs-core";
import { addAll } from "../group-scope.ts";
import type { Observation } from "../observation.ts";
import { consumerGates, inputGate } from "./consumers.ts";

interface PerExampleGates {
  /** ∂E_n/∂z of each example's own loss, `[batch, units]`. */
  readonly gateGradientPerExample: tf.Tensor2D;
}

/** Adds `gateGradientPerExample` to a group. */
export function perExampleGates(): Observation<PerExampleGates> {
  return {
    name: "per-example gates",
    step: (graph) => ({ gates: consumerGates(graph) }),
    group: (scope) => ({
      get gateGradientPerExample() {
        return addAll(scope.perConsumer((layer) => scope.gates(inputGate(layer))));
      },
    }),
  };
}
