/** The data that an observation reads for one group: the group's slices, the training step, and sums per unit. */
import {
  consumesUnits,
  type DependencyGraph,
  type Group,
  type Role,
  type Slice,
} from "@secateur/dependency-graph";
import { modelGraph } from "@secateur/model-graph";
import { type GateSite, type LossAndGradients, siteKey } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import { CriterionError, CriterionNotApplicableError } from "./errors.ts";

/** The observations of one minibatch. */
export interface ObservedMinibatch {
  readonly graph: DependencyGraph;
  /** Index of the minibatch. */
  readonly minibatch: number;
  /** The result of the training step; null if no observation needs one. */
  readonly step: LossAndGradients | null;
  /** Results of observations' passes, by observation name. */
  readonly results: ReadonlyMap<string, unknown>;
  /** Cache: the sum of a tensor over all axes but one, keyed by kind, weight and axis; reused across groups and criteria. */
  readonly sums: Map<string, tf.Tensor1D>;
}

/** What is observed where only weights are read. */
export function nothingObserved(graph: DependencyGraph): ObservedMinibatch {
  return { graph, minibatch: 0, step: null, results: new Map(), sums: new Map() };
}

/**
 * One group in one minibatch, for one criterion. Use all scopes of a minibatch inside one `tf.tidy`: cached sums belong to it.
 */
export class GroupScope {
  readonly observed: ObservedMinibatch;
  readonly group: Group;
  /** The criterion's name, for error messages. */
  readonly criterion: string;

  constructor(observed: ObservedMinibatch, group: Group, criterion: string) {
    this.observed = observed;
    this.group = group;
    this.criterion = criterion;
  }

  /** The group's slices with these roles. @throws CriterionNotApplicableError if there are none. */
  slices(roles: readonly Role[]): readonly Slice[] {
    const slices = this.group.slices.filter(({ role }) => roles.includes(role));
    if (slices.length > 0) return slices;
    if (roles.every(consumesUnits)) throw this.notApplicable("no layer consumes its units");
    const names = roles.map((role) => `"${role}"`).join(" or ");
    throw this.notApplicable(`its layers have no weight with role ${names}`);
  }

  /** The weight of a slice. */
  value({ weight }: Slice): tf.Tensor {
    const variable = modelGraph(this.observed.graph.model).weights.get(weight);
    if (variable === undefined) throw new CriterionError(`the model has no weight "${weight}"`);
    return variable.read();
  }

  /** The gradient of the minibatch's mean loss with respect to a slice's weight. */
  gradient({ weight }: Slice): tf.Tensor {
    return this.#step.gradients[weight] ?? this.#notInStep(`the gradient of "${weight}"`);
  }

  /** `[batch, channels]`: each example's gradient with respect to the gates at a site. */
  gates(site: GateSite): tf.Tensor2D {
    return this.#step.gates[siteKey(site)] ?? this.#notInStep(`gates at the ${siteKey(site)}`);
  }

  /** `[2, channels]`: the mean of each channel of a layer's input, and the fraction of non-zero values. */
  inputStatistics(layer: string): tf.Tensor2D {
    return this.#step.inputStatistics[layer] ?? this.#notInStep(`the input statistics of "${layer}"`);
  }

  /**
   * `Σ value · derivative` over the weights that consume each unit, `[units]`.
   *
   * @param kind - Cache key of the derivative: sums of the same kind are computed once for all groups.
   */
  sumAtConsumers(kind: string, derivative: (slice: Slice) => tf.Tensor): tf.Tensor1D {
    const { sums } = this.observed;
    const terms = this.slices(["input", "recurrent"]).map((slice) => {
      const key = `${kind}|${slice.weight}|${slice.axis}`;
      const total = sums.get(key) ?? sumAllBut(tf.mul(this.value(slice), derivative(slice)), slice.axis);
      sums.set(key, total);
      return unitsOfLastAxis(total, slice) as tf.Tensor1D;
    });
    return addAll(terms);
  }

  /**
   * @throws CriterionNotApplicableError for units that their own layer consumes at the next time step, where no gate on a layer's
   *   input reaches them.
   */
  requireGatesOnInputs(): void {
    const recurrent = this.group.slices.find(({ role }) => role === "recurrent");
    if (recurrent === undefined) return;
    throw this.notApplicable(
      `"${recurrent.layer}" consumes its own units at the next time step, where no gate on a layer's input reaches them: use ` +
        '"taylor-gate"',
    );
  }

  /** For each consumer, `observed(layer)` with channels summed into units: `[..., channels]` to `[..., units]`. */
  perConsumer<T extends tf.Tensor>(observed: (layer: string) => T): readonly T[] {
    return this.slices(["input"]).map((slice) => {
      const perChannel = observed(slice.layer);
      if (perChannel.shape.at(-1) === this.value(slice).shape[slice.axis])
        return unitsOfLastAxis(perChannel, slice) as T;
      throw this.notApplicable(`the input of "${slice.layer}" does not have its channels on the last axis`);
    });
  }

  notApplicable(reason: string): CriterionNotApplicableError {
    return new CriterionNotApplicableError(this.criterion, this.group.id, reason);
  }

  get #step(): LossAndGradients {
    if (this.observed.step !== null) return this.observed.step;
    throw new CriterionError(
      `criterion "${this.criterion}" needs a training step for group "${this.group.id}": pass the result of a step with ` +
        "stepOptionsFor(graph, criteria)",
    );
  }

  #notInStep(missing: string): never {
    throw new CriterionError(
      `the training step did not return ${missing}, which criterion "${this.criterion}" needs for group ` +
        `"${this.group.id}": pass stepOptionsFor(graph, criteria) to the step`,
    );
  }
}

/** The sum of tensors of equal shape. */
export function addAll<T extends tf.Tensor>(terms: readonly T[]): T {
  return terms.length === 1 ? (terms[0] as T) : (tf.addN([...terms]) as T);
}

type UnitIndices = Pick<Slice, "axis" | "indices" | "indicesPerUnit">;

/** `[..., size of the axis]` to `[..., units]`: each unit is the sum over its indices. */
export function unitsOfLastAxis(
  totals: tf.Tensor,
  { indices, indicesPerUnit }: Omit<UnitIndices, "axis">,
): tf.Tensor {
  const last = totals.rank - 1;
  const picked = pick(totals, indices, last);
  if (indicesPerUnit === 1) return picked;
  return tf.sum(tf.reshape(picked, [...totals.shape.slice(0, -1), -1, indicesPerUnit]), last + 1);
}

/** Returns a new tensor, because a criterion may dispose it. */
function pick(tensor: tf.Tensor, indices: Int32Array, axis: number): tf.Tensor {
  const isWhole = indices.length === tensor.shape[axis] && indices.every((index, i) => index === i);
  return isWhole ? tf.clone(tensor) : tf.gather(tensor, tf.tensor1d(indices, "int32"), axis);
}

/** Sums over all axes but one, `[size of that axis]`. */
function sumAllBut(tensor: tf.Tensor, axis: number): tf.Tensor1D {
  const others = [...tensor.shape.keys()].filter((i) => i !== axis);
  return tf.sum(tensor, others);
}

/** The sum of each unit's elements in a weight, `[units]`. */
export function sumPerUnit(weight: tf.Tensor, slice: UnitIndices): tf.Tensor1D {
  return unitsOfLastAxis(sumAllBut(weight, slice.axis), slice) as tf.Tensor1D;
}

/** Each unit's elements in a weight, `[units, elements]`. */
export function rowsPerUnit(weight: tf.Tensor, { axis, indices, indicesPerUnit }: UnitIndices): tf.Tensor2D {
  const others = [...weight.shape.keys()].filter((i) => i !== axis);
  const first = tf.transpose(weight, [axis, ...others]);
  return tf.reshape(pick(first, indices, 0), [indices.length / indicesPerUnit, -1]);
}
