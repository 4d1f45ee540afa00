/** What an observation reads of one group in one minibatch: the group's slices, the training step, and sums per unit. */
import type { DependencyGraph, Group, Role, Slice } from "@secateur/dependency-graph";
import { modelGraph } from "@secateur/model-graph";
import { type GateSite, type LossAndGradients, siteKey } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import { CriterionError, CriterionNotApplicableError } from "./errors.ts";
import { sumAllBut, unitsOfLastAxis } from "./slice-sums.ts";

/** Everything observed in one minibatch. */
export interface ObservedMinibatch {
  readonly graph: DependencyGraph;
  /** Number of the minibatch, from 0. */
  readonly minibatch: number;
  /** The training step; null where no observation needs one. */
  readonly step: LossAndGradients | null;
  /** Results of the observations' own passes, by observation name. */
  readonly results: ReadonlyMap<string, unknown>;
  /** Sums over all but one axis of a weight, shared by groups and criteria. */
  readonly sums: Map<string, tf.Tensor1D>;
}

/** One group, as one criterion sees it. Use inside `tf.tidy`. */
export class GroupScope {
  readonly observed: ObservedMinibatch;
  readonly group: Group;
  /** The criterion's name, for messages. */
  readonly criterion: string;

  constructor(observed: ObservedMinibatch, group: Group, criterion: string) {
    this.observed = observed;
    this.group = group;
    this.criterion = criterion;
  }

  /** The group's slices of these roles. Throws `CriterionNotApplicableError` where there are none. */
  slices(roles: readonly Role[]): readonly Slice[] {
    const slices = this.group.slices.filter(({ role }) => roles.includes(role));
    if (slices.length > 0) return slices;
    throw this.notApplicable(`it has no ${roles.join(" or ")} weights`);
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

  /** `[2, channels]`: mean and share of values that are not 0 of a layer's input. */
  inputStatistics(layer: string): tf.Tensor2D {
    return this.#step.activations[layer] ?? this.#notInStep(`the input of "${layer}"`);
  }

  /**
   * `Σ value · derivative` over everything the consumers' weights hold of each unit, `[units]`.
   *
   * @param kind - Names the derivative: sums of equal kind are computed once for all groups.
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

  /** What was observed at each consumer's input, from channels `[..., channels]` to `[..., units]`. */
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
      `criterion "${this.criterion}" needs ${what} to score "${this.group.id}", which the training step did not ` +
        "return: take the step with stepOptionsFor(graph, criteria)",
    );
  }
}

/** The sum of tensors of one shape. */
export const addAll = <T extends tf.Tensor>(terms: readonly T[]): T =>
  terms.length === 1 ? (terms[0] as T) : (tf.addN([...terms]) as T);
