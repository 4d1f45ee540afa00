/**
 * Gradients of the minibatch's mean loss with respect to weights, frozen ones included. They give the gradient of every gate:
 * a gate scales the weights that consume the unit, so ∂L/∂z = Σ w · ∂L/∂w for the mean loss L.
 */
import type { DependencyGraph, Role } from "@secateur/dependency-graph";
import type * as tf from "@tensorflow/tfjs-core";
import type { Observation } from "../observation.ts";

interface GroupGradients {
  /** ∂L/∂z of the gate z = 1 that multiplies the unit at all consumers, `[units]`. See `taylor-gate.ts`. */
  readonly gateGradient: tf.Tensor1D;
}

interface WeightGradient {
  /** The gradient of the minibatch's mean loss, of the weight's shape. */
  readonly gradient: tf.Tensor;
}

const withoutGradient: ReadonlySet<Role> = new Set(["movingMean", "movingVariance"]);

/** Adds `gateGradient` to a group and `gradient` to its weights. */
export function gradients(): Observation<GroupGradients, WeightGradient> {
  return {
    name: "gradients",
    step: (graph) => ({ weights: weightsOfUnits(graph) }),
    group: (scope) => ({
      get gateGradient() {
        return scope.sumAtConsumers("gradients", (slice) => scope.gradient(slice));
      },
    }),
    weight: (scope, slice) => ({
      get gradient() {
        return scope.gradient(slice);
      },
    }),
  };
}

/** Paths of all weights of the groups except moving averages. */
function weightsOfUnits({ groups }: DependencyGraph): readonly string[] {
  const slices = groups.flatMap((group) => group.slices.filter(({ role }) => !withoutGradient.has(role)));
  return [...new Set(slices.map(({ weight }) => weight))];
}
