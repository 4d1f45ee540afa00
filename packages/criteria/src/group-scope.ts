/** The data that an observation reads for one group: the group's slices, the training step, and sums per unit. */
import type { DependencyGraph, Group, Role, Slice } from "@secateur/dependency-graph";
import { modelGraph } from "@secateur/model-graph";
import { type GateSite, type LossAndGradients, siteKey } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import { CriterionError, CriterionNotApplicableError } from "./errors.ts";
import { sumAllBut, unitsOfLastAxis } from "./slice-sums.ts";

/** The observations of one minibatch. */
export interface ObservedMinibatch {
  readonly graph: DependencyGraph;
  /** Index of the minibatch. */
  readonly minibatch: number;
  /** The result of the training step; null if no observation needs one. */
  readonly step: LossAndGradients | null;
  /** Results of observations' passes, by observation name. */
  readonly results: ReadonlyMap<string, unknown>;
  /** Sums over all but one axis of a weight, shared by groups and criteria. */
  readonly sums: Map<string, tf.Tensor1D>;
}

/** One group in one minibatch, for one criterion. Use inside `tf.tidy`. */
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
    throw this.notApplicable(`its layers have no ${roles.join(" or ")} weights`);
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

  /** `[2, channels]`: the mean of a layer's input, and the share of values that are not 0. */
  inputStatistics(layer: string): tf.Tensor2D {
    return this.#step.activations[layer] ?? this.#notInStep(`the input of "${layer}"`);
  }

  /**
   * `Σ value · derivative` over the weights that consume each unit, `[units]`.
   *
   * @param kind - Cache key of the derivative: sums of the same kind are computed once for all groups.
   */
  sumAtConsumers(kind: string, derivative: (slice: Slice) => tf.Tensor): tf.Tensor1D {
    const { sums } = this.observed;
    const terms = this.slices(["input"]).map((slice) => {
      const key = `${kind}|${slice.weight}|${slice.axis}`;
      const total = sums.get(key) ?? sumAllBut(tf.mul(this.value(slice), derivative(slice)), slice.axis);
      sums.set(key, total);
      return unitsOfLastAxis(total, slice) as tf.Tensor1D;
    });
    return addAll(terms);
  }

  /** Values observed at each consumer's input, reduced from `[..., channels]` to `[..., units]`. */
  perConsumer<T extends tf.Tensor>(observed: (layer: string) => T): readonly T[] {
    return this.slices(["input"]).map((slice) => {
      const found = observed(slice.layer);
      if (found.shape.at(-1) === this.value(slice).shape[slice.axis])
        return unitsOfLastAxis(found, slice) as T;
      throw this.notApplicable(`the input of "${slice.layer}" does not have its channels on the last axis`);
    });
  }

  notApplicable(reason: string): CriterionNotApplicableError {
    return new CriterionNotApplicableError(this.criterion, this.group.id, reason);
  }

  get #step(): LossAndGradients {
    return this.observed.step ?? this.#notInStep("a training step");
  }

  #notInStep(what: string): never {
    throw new CriterionError(
      `criterion "${this.criterion}" needs ${what} to score group "${this.group.id}", which the training step did not ` +
        "return: pass stepOptionsFor(graph, criteria) to the step",
    );
  }
}

/** The sum of tensors of equal shape. */
export function addAll<T extends tf.Tensor>(terms: readonly T[]): T {
  return terms.length === 1 ? (terms[0] as T) : (tf.addN([...terms]) as T);
}
