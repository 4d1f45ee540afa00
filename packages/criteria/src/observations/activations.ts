/** Statistics of the units' activations at the inputs of their consumers. */
import * as tf from "@tensorflow/tfjs-core";
import { addAll, type GroupScope } from "../group-scope.ts";
import type { Observation } from "../observation.ts";
import { consumers } from "./consumers.ts";

interface GroupActivations {
  /** Mean of the unit's values over examples, pixels and consumers, `[units]`. */
  readonly activationMean: tf.Tensor1D;
  /** Fraction of examples and pixels where the unit is not 0, `[units]`. */
  readonly activity: tf.Tensor1D;
}

/** Adds `activationMean` and `activity` to a group. */
export function activations(): Observation<GroupActivations> {
  return {
    name: "activations",
    step: (graph) => ({ inputStatistics: consumers(graph) }),
    group: (scope) => ({
      get activationMean() {
        return overConsumers(scope, 0);
      },
      get activity() {
        return overConsumers(scope, 1);
      },
    }),
  };
}

/** The mean of one row of the statistics over a unit's indices and its consumers. */
function overConsumers(scope: GroupScope, row: number): tf.Tensor1D {
  const statistics = scope.perConsumer((layer) => scope.inputStatistics(layer));
  const means = scope
    .slices(["input"])
    .map(({ indicesPerUnit }, i) =>
      tf.div<tf.Tensor1D>(tf.gather(statistics[i] as tf.Tensor2D, row), indicesPerUnit),
    );
  return tf.div(addAll(means), means.length);
}
