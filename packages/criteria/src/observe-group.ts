/** Give a criterion its view of a group: weights and gradients, summed to one number a unit. */
import type { DependencyGraph, Group, Role, Slice } from "@secateur/dependency-graph";
import * as tf from "@tensorflow/tfjs-core";
import type { ObservedGroup, ObservedWeight } from "./criterion.ts";
import { CriterionError, CriterionNotApplicableError } from "./errors.ts";

export type Gradients = Readonly<Record<string, tf.Tensor>>;

/** A function from group to view, for one minibatch; sums along shared weights are computed once. Use inside `tidy`. */
export function groupObserver(
  graph: DependencyGraph,
  gradients: Gradients | null,
  minibatch: number,
): (group: Group, criterion: string) => ObservedGroup {
  const values = new Map(graph.model.weights.map((weight) => [weight.originalName, weight]));
  const consumed = new Map<string, tf.Tensor1D>();
  return (group, criterion) => {
    const observed = ({ weight, role }: Slice): ObservedWeight => ({
      get value() {
        const variable = values.get(weight);
        if (variable === undefined) throw new CriterionError(`the model has no weight "${weight}"`);
        return variable.read();
      },
      get gradient() {
        return gradientOf(weight, gradients, criterion, group);
      },
      role,
    });
    const slicesOf = (roles: readonly Role[]): readonly Slice[] => {
      const slices = group.slices.filter(({ role }) => roles.includes(role));
      if (slices.length > 0) return slices;
      throw new CriterionNotApplicableError(criterion, group.id, `it has no ${roles.join(" or ")} weights`);
    };
    return {
      id: group.id,
      unitCount: group.unitCount,
      minibatch,
      normalized: group.slices.some(({ normalized }) => normalized),
      sum: (roles, f) =>
        addAll(slicesOf(roles).map((slice) => perUnit(alongAxis(f(observed(slice)), slice.axis), slice))),
      get gateGradient() {
        const terms = slicesOf(["input"]).map((slice) => {
          const key = `${slice.weight}|${slice.axis}`;
          const { value, gradient } = observed(slice);
          const total = consumed.get(key) ?? alongAxis(tf.mul(value, gradient), slice.axis);
          consumed.set(key, total);
          return perUnit(total, slice);
        });
        return addAll(terms);
      },
    };
  };
}

function gradientOf(weight: string, gradients: Gradients | null, criterion: string, group: Group): tf.Tensor {
  if (gradients === null) {
    throw new CriterionError(`criterion "${criterion}" reads gradients: let it observe "gradients"`);
  }
  const gradient = gradients[weight];
  if (gradient === undefined) {
    throw new CriterionNotApplicableError(
      criterion,
      group.id,
      `"${weight}" is not trainable, it has no gradient`,
    );
  }
  return gradient;
}

/** Sum over every axis but one, `[size of that axis]`. */
function alongAxis(tensor: tf.Tensor, axis: number): tf.Tensor1D {
  const others = tensor.shape.map((_, i) => i).filter((i) => i !== axis);
  return tf.sum(tensor, others);
}

/** `[axis]` to `[units]`: a unit adds up its positions. */
function perUnit(totals: tf.Tensor1D, { positions, positionsPerUnit }: Slice): tf.Tensor1D {
  const picked = tf.gather(totals, tf.tensor1d(positions, "int32"));
  return positionsPerUnit === 1 ? picked : tf.sum(tf.reshape(picked, [-1, positionsPerUnit]), 1);
}

const addAll = (terms: readonly tf.Tensor1D[]): tf.Tensor1D => terms.reduce((a, b) => tf.add(a, b));
