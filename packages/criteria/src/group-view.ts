/** A criterion's view of a group: its weights, and the fields of the observations that the criterion asked for. */
import type { Group, GroupId, Role } from "@secateur/dependency-graph";
import * as tf from "@tensorflow/tfjs-core";
import { addAll, GroupScope, type ObservedMinibatch } from "./group-scope.ts";
import type { Observation } from "./observation.ts";
import { rowsPerUnit, sumPerUnit } from "./slice-sums.ts";

/** A weight that the group's units lie in. */
export interface WeightView {
  readonly value: tf.Tensor;
  readonly role: Role;
}

/** One group of units in one minibatch. */
export interface GroupView<WeightFields = object> {
  readonly id: GroupId;
  readonly unitCount: number;
  /** Number of the minibatch, from 0. */
  readonly minibatch: number;
  /** The kernels that produce the units feed batch normalisation directly, so that their scale means nothing. */
  readonly normalized: boolean;
  /**
   * Sums `f` over everything in the chosen weights that belongs to each unit, `[units]`. `f` is elementwise and returns the
   * weight's shape. Throws where no weight has such a role.
   */
  readonly sum: (roles: readonly Role[], f: (weight: WeightView & WeightFields) => tf.Tensor) => tf.Tensor1D;
  /** The chosen weights themselves, one row per unit: `[units, numbers]`. */
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
  const resultOf = (observation: string): unknown => observed.results.get(observation);
  const base: GroupView = {
    id: group.id,
    unitCount: group.unitCount,
    minibatch: observed.minibatch,
    normalized: group.slices.some(({ normalized }) => normalized),
    sum: (roles, f) =>
      addAll(
        scope.slices(roles).map((slice) => {
          const fields = observes.map((each) => each.weight?.(scope, slice, resultOf(each.name)) ?? {});
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
    observes.map((each) => each.group?.(scope, resultOf(each.name)) ?? {}),
  );
}

/** Copies getters as getters, so that a field is computed when it is read. */
function withFields<T extends object>(target: T, fields: readonly object[]): T {
  for (const each of fields) Object.defineProperties(target, Object.getOwnPropertyDescriptors(each));
  return target;
}
