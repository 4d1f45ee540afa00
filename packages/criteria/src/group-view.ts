/** A criterion's view of a group: its weights, and the fields of the observations that the criterion lists. */
import type { Group, GroupId, Role } from "@secateur/dependency-graph";
import * as tf from "@tensorflow/tfjs-core";
import { addAll, GroupScope, type ObservedMinibatch } from "./group-scope.ts";
import type { Observation } from "./observation.ts";
import { rowsPerUnit, sumPerUnit } from "./slice-sums.ts";

/** A weight that produces, transforms or consumes the group's units. */
export interface WeightView {
  readonly value: tf.Tensor;
  readonly role: Role;
}

/** One group of units in one minibatch. */
export interface GroupView<WeightFields = object> {
  readonly id: GroupId;
  readonly unitCount: number;
  /** Index of the minibatch. */
  readonly minibatch: number;
  /** Batch normalisation follows the kernels that produce the units directly, so that their scale does not change the loss. */
  readonly normalized: boolean;
  /**
   * Sums `f` over the elements of each unit in the weights with these roles, `[units]`. `f` is elementwise and returns a
   * tensor of the weight's shape.
   *
   * @throws CriterionNotApplicableError if no weight has such a role.
   */
  readonly sum: (roles: readonly Role[], f: (weight: WeightView & WeightFields) => tf.Tensor) => tf.Tensor1D;
  /** The elements of each unit in the weights with these roles, one row per unit: `[units, elements]`. */
  readonly rows: (roles: readonly Role[]) => tf.Tensor2D;
}

/** @param criterion - Its name, for messages. Use inside `tf.tidy`. */
export function groupView(
  observed: ObservedMinibatch,
  group: Group,
  criterion: string,
  observes: readonly Observation[],
): GroupView {
  const scope = new GroupScope(observed, group, criterion);
  const resultOf = (name: string): unknown => observed.results.get(name);
  const base: GroupView = {
    id: group.id,
    unitCount: group.unitCount,
    minibatch: observed.minibatch,
    normalized: group.slices.some(({ normalized }) => normalized),
    sum: (roles, f) =>
      addAll(
        scope.slices(roles).map((slice) => {
          const fields = observes.map(
            (observation) => observation.weight?.(scope, slice, resultOf(observation.name)) ?? {},
          );
          const weight: WeightView = { value: scope.value(slice), role: slice.role };
          return sumPerUnit(f(withFields(weight, fields)), slice);
        }),
      ),
    rows: (roles) =>
      tf.concat2d(
        scope.slices(roles).map((slice) => rowsPerUnit(scope.value(slice), slice)),
        1,
      ),
  };
  return withFields(
    base,
    observes.map((observation) => observation.group?.(scope, resultOf(observation.name)) ?? {}),
  );
}

/** Copies getters as getters, so that a field is computed only when it is read. */
function withFields<T extends object>(target: T, fields: readonly object[]): T {
  for (const source of fields) Object.defineProperties(target, Object.getOwnPropertyDescriptors(source));
  return target;
}
