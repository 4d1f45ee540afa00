/** A criterion's view of a group: everything observed in a minibatch, with one column, row or number a unit. */
import type { DependencyGraph, Group, Role, Slice } from "@secateur/dependency-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { Criterion, ObservedGroup, ObservedMargins, ObservedWeight } from "../criterion.ts";
import { CriterionError, CriterionNotApplicableError } from "../errors.ts";
import { gatedTensors } from "./gate-sites.ts";
import type { Observation } from "./observation.ts";
import type { ByLayer, Gradients, Observed } from "./observed.ts";
import { rowsPerUnit, sumAllBut, sumPerUnit, unitsOfLastAxis } from "./units-of-slice.ts";

/** A function from group to view, for one minibatch. Use inside `tidy`. */
export function groupObserver(
  { model }: DependencyGraph,
  observed: Observed,
  minibatch: number,
): (group: Group, criterion: Pick<Criterion, "name" | "competitors">) => ObservedGroup {
  const weights = new Map(model.weights.map((weight) => [weight.originalName, weight]));
  const pass: Pass = { model, weights, observed, minibatch, sums: new Map() };
  return (group, criterion) => new GroupView(pass, group, criterion);
}

interface Pass {
  readonly model: tfl.LayersModel;
  readonly weights: ReadonlyMap<string, tfl.LayerVariable>;
  readonly observed: Observed;
  readonly minibatch: number;
  /** Sums up to a consumed axis, by what is summed: several groups may share a weight, and criteria a sum. */
  readonly sums: Map<string, tf.Tensor1D>;
}

class GroupView implements ObservedGroup {
  readonly id: string;
  readonly unitCount: number;
  readonly minibatch: number;
  readonly normalized: boolean;
  readonly #pass: Pass;
  readonly #group: Group;
  readonly #criterion: string;
  readonly #competitors: number;

  constructor(pass: Pass, group: Group, { name, competitors = 2 }: Pick<Criterion, "name" | "competitors">) {
    this.id = group.id;
    this.unitCount = group.unitCount;
    this.minibatch = pass.minibatch;
    this.normalized = group.slices.some(({ normalized }) => normalized);
    this.#pass = pass;
    this.#group = group;
    this.#criterion = name;
    this.#competitors = competitors;
  }

  readonly sum = (roles: readonly Role[], f: (weight: ObservedWeight) => tf.Tensor): tf.Tensor1D =>
    addAll(this.#slices(roles).map((slice) => sumPerUnit(f(this.#weight(slice)), slice)));

  readonly rows = (roles: readonly Role[]): tf.Tensor2D =>
    tf.concat2d(
      this.#slices(roles).map((slice) => rowsPerUnit(this.#value(slice), slice)),
      1,
    );

  get gateGradient(): tf.Tensor1D {
    return this.#sumAtConsumers("gradients", this.#pass.observed.gradients);
  }

  get gateGradientPerExample(): tf.Tensor2D {
    return addAll(this.#perConsumer(this.#pass.observed.inputGates, "examples"));
  }

  get gateGradientPerDrawnLabel(): tf.Tensor2D {
    return addAll(this.#perConsumer(this.#pass.observed.fisherGates, "fisher"));
  }

  get gateGradientPerTensor(): tf.Tensor2D {
    const inputs = this.#slices(["input"]);
    const { model, observed } = this.#pass;
    const rows = gatedTensors(model, this.#group, this.#criterion).map(({ consumer, site }) => {
      const seenAt = site.at === "input" ? observed.inputGates : observed.outputGates;
      const seen = seenAt[site.layer] ?? this.#notObserved("tensors");
      const slice = inputs.find(({ layer }) => layer === consumer);
      if (slice === undefined) throw new RangeError(`"${consumer}" does not consume "${this.id}"`);
      return unitsOfLastAxis(tf.mean(seen, 0), slice);
    });
    return tf.stack(rows) as tf.Tensor2D;
  }

  get gateCurvatureEstimate(): tf.Tensor1D {
    const { signs, products } = this.#pass.observed.hutchinson ?? this.#notObserved("hutchinson");
    return tf.mul(tf.tensor1d(signs.get(this.id) ?? []), this.#sumAtConsumers("hutchinson", products));
  }

  get margins(): ObservedMargins {
    const { logProbabilities, gates } = this.#pass.observed.margins ?? this.#notObserved("margins");
    const all = logProbabilities.shape[0] - 2;
    const count = Math.min(this.#competitors, all); // other criteria may follow more
    const rest = tf.concat([tf.slice(logProbabilities, 0, 1), tf.slice(logProbabilities, 1 + count)]);
    return {
      logKept: tf.logSumExp(rest, 0),
      logProbabilities: tf.slice(logProbabilities, 1, count),
      slopes: tf.slice(addAll(this.#perConsumer(gates, "margins")), 0, count),
    };
  }

  get activationMean(): tf.Tensor1D {
    return this.#activation(0);
  }

  get activity(): tf.Tensor1D {
    return this.#activation(1);
  }

  #slices(roles: readonly Role[]): readonly Slice[] {
    const slices = this.#group.slices.filter(({ role }) => roles.includes(role));
    if (slices.length > 0) return slices;
    throw this.#notApplicable(`it has no ${roles.join(" or ")} weights`);
  }

  #value({ weight }: Slice): tf.Tensor {
    const variable = this.#pass.weights.get(weight);
    if (variable === undefined) throw new CriterionError(`the model has no weight "${weight}"`);
    return variable.read();
  }

  #weight(slice: Slice): ObservedWeight {
    const { gradients, hessianProducts } = this.#pass.observed;
    const value = (): tf.Tensor => this.#value(slice);
    const derivative = (kind: Observation, all: Gradients | null): tf.Tensor =>
      this.#derivative(kind, all, slice);
    return {
      get value() {
        return value();
      },
      get gradient() {
        return derivative("gradients", gradients);
      },
      get hessianProduct() {
        return derivative("hessian", hessianProducts);
      },
      role: slice.role,
    };
  }

  #derivative(kind: Observation, all: Gradients | null, { weight }: Slice): tf.Tensor {
    const found = (all ?? this.#notObserved(kind))[weight];
    if (found !== undefined) return found;
    throw this.#notApplicable(`"${weight}" is not trainable, it has no gradient`);
  }

  /** Σ value · derivative over what the consumers' weights have of each unit. */
  #sumAtConsumers(kind: Observation, derivatives: Gradients | null): tf.Tensor1D {
    const { sums } = this.#pass;
    const terms = this.#slices(["input"]).map((slice) => {
      const key = `${kind}|${slice.weight}|${slice.axis}`;
      const product = (): tf.Tensor => tf.mul(this.#value(slice), this.#derivative(kind, derivatives, slice));
      const total = sums.get(key) ?? sumAllBut(product(), slice.axis);
      sums.set(key, total);
      return unitsOfLastAxis(total, slice) as tf.Tensor1D;
    });
    return addAll(terms);
  }

  /** What was seen of the consumers' inputs, consumer by consumer, from channels `[..., channels]` to `[..., units]`. */
  #perConsumer<T extends tf.Tensor>(seen: ByLayer<T>, kind: Observation): readonly T[] {
    return this.#slices(["input"]).map((slice) => {
      const found = seen[slice.layer] ?? this.#notObserved(kind);
      if (found.shape.at(-1) === this.#value(slice).shape[slice.axis])
        return unitsOfLastAxis(found, slice) as T;
      throw this.#notApplicable(`what "${slice.layer}" gets does not have its channels on the last axis`);
    });
  }

  #activation(row: number): tf.Tensor1D {
    const each = this.#perConsumer(this.#pass.observed.activations, "activations");
    const means = this.#slices(["input"]).map(({ indicesPerUnit }, i) =>
      tf.div<tf.Tensor1D>(tf.gather(each[i] as tf.Tensor2D, row), indicesPerUnit),
    );
    return tf.div(addAll(means), means.length);
  }

  #notObserved(kind: Observation): never {
    throw new CriterionError(
      `criterion "${this.#criterion}" reads what it did not ask for: let it observe "${kind}"`,
    );
  }

  #notApplicable(reason: string): CriterionNotApplicableError {
    return new CriterionNotApplicableError(this.#criterion, this.id, reason);
  }
}

const addAll = <T extends tf.Tensor>(terms: readonly T[]): T =>
  terms.length === 1 ? (terms[0] as T) : (tf.addN([...terms]) as T);
