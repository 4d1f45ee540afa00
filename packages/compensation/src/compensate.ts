/**
 * Compensation: refits the weights that remain after a removal so that layers compute what they computed before, from
 * unlabelled samples and without training.
 */
import { buildDependencyGraph, type DependencyGraph, type LayerRules } from "@secateur/dependency-graph";
import { cloneModel, disposeModel } from "@secateur/model-graph";
import type { Plan } from "@secateur/surgery";
import type { UnlabelledBatch, UnlabelledBatches } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import {
  applyMethod,
  type CompensationMethod,
  compensationMethods,
  type MethodReport,
} from "./apply-method.ts";
import { CompensationError } from "./errors.ts";
import { compareOutputs, type OutputComparison } from "./output-error.ts";
import type { RefittedLayer } from "./refit-layers.ts";
import { collectSamples, countExamples } from "./samples.ts";

/** The most examples on which outputs are compared. */
const comparedExamples = 64;

export interface CompensateOptions {
  /** Applied in this order. Default: least squares alone. */
  readonly methods?: readonly CompensationMethod[];
  /**
   * Strength of the pull towards the present weights, relative to the mean square of a layer's inputs. Default: 1e-3; for a
   * layer with few rows, such as a classifier on few examples, the best of several on examples that are not fitted.
   */
  readonly ridge?: number;
  /**
   * Output positions per example and layer that are fitted. Default: so many that there are 64 rows for each coefficient of
   * an output channel, and at least 16,384 rows; fewer for a wide layer, whose features take at most 512 MiB.
   */
  readonly positions?: number;
  /** The most examples that are used. Default: as many whose activations fit into 1.5 GiB. */
  readonly samples?: number;
  /** Determines the sampled positions. Default 0. */
  readonly seed?: number;
  /** The original's dependency graph. Default: built with `rules`. */
  readonly graph?: DependencyGraph;
  /** Rules for your own layer classes, as in `buildDependencyGraph`. */
  readonly rules?: LayerRules;
  /** Called after every refitted layer. */
  readonly onLayer?: (layer: RefittedLayer, done: number, total: number) => void;
}

export interface CompensationReport {
  readonly methods: readonly MethodReport[];
  /** Examples that were used. */
  readonly samples: number;
  /**
   * Squared difference between the models' outputs, before a final softmax or sigmoid, relative to the variance of the
   * original's, on the first 64 samples.
   */
  readonly before: number;
  readonly after: number;
  /** True if no method was kept. */
  readonly isReverted: boolean;
}

export interface Compensated {
  /** A new model; the caller disposes it. */
  readonly model: tfl.LayersModel;
  readonly report: CompensationReport;
}

/**
 * Neither model changes. The samples are disposed.
 *
 * @param original - The model that `plan` is for.
 * @param smaller - What `applyPlan(original, plan)` returned, or that model after training.
 * @param samples - Minibatches of inputs, `{ xs }`; labels are not used.
 * @throws CompensationError without samples, for an option outside its range, or for values that are not finite; TrainingError
 *   for samples that do not fit the model.
 *
 * @example const { model, report } = await compensate(original, smaller, plan, [{ xs: images }]);
 */
export async function compensate(
  original: tfl.LayersModel,
  smaller: tfl.LayersModel,
  plan: Plan,
  samples: UnlabelledBatches,
  options: CompensateOptions = {},
): Promise<Compensated> {
  checkCompensateOptions(options);
  const { methods = ["least-squares"], graph = buildDependencyGraph(original, rulesOf(options)) } = options;
  if (graph.model !== original) throw new CompensationError("the graph belongs to another model");
  const minibatches = await collectSamples(original, samples, options.samples);
  let compared: readonly (readonly tf.Tensor[])[] = [];
  let outputs: OutputComparison | null = null;
  let model = cloneModel(smaller);
  try {
    compared = await collectSamples(original, copiesOf(minibatches), comparedExamples);
    outputs = compareOutputs(original, compared);
    const before = await outputs.errorOf(model);
    let after = before;
    const reports: MethodReport[] = [];
    for (const method of methods) {
      const changed = cloneModel(model);
      let isKept = false;
      try {
        const report = await applyMethod(method, graph, changed, plan, minibatches, options);
        const error = await outputs.errorOf(changed);
        isKept = error <= after;
        if (isKept) after = error;
        reports.push({ ...report, isReverted: !isKept });
      } finally {
        disposeModel(isKept ? model : changed);
      }
      if (isKept) model = changed;
    }
    const isReverted = methods.length > 0 && reports.every((each) => each.isReverted);
    return {
      model,
      report: { methods: reports, samples: countExamples(minibatches), before, after, isReverted },
    };
  } catch (error) {
    disposeModel(model);
    throw error;
  } finally {
    outputs?.dispose();
    tf.dispose([...compared, ...minibatches].flat());
  }
}

function copiesOf(minibatches: readonly (readonly tf.Tensor[])[]): readonly UnlabelledBatch[] {
  return minibatches.map((inputs) => ({ xs: inputs.map((x) => tf.clone(x)) }));
}

const rulesOf = ({ rules }: CompensateOptions): { readonly rules?: LayerRules } =>
  rules === undefined ? {} : { rules };

/** @throws CompensationError for an option that is unknown or outside its range. */
export function checkCompensateOptions(options: CompensateOptions): void {
  const unknownField = Object.keys(options).find((field) => !Object.hasOwn(fields, field));
  if (unknownField !== undefined)
    throw new CompensationError(
      `options has no field "${unknownField}": expected ${Object.keys(fields).join(", ")}`,
    );
  const { methods = [], ridge = 0, positions = 1, samples = 1, seed = 0 } = options;
  const known: readonly string[] = compensationMethods;
  const unknown = methods.find((method) => !known.includes(method));
  if (unknown !== undefined)
    throw new CompensationError(
      `methods has "${unknown}": expected ${known.map((name) => `"${name}"`).join(", ")}`,
    );
  if (!(ridge >= 0)) throw new CompensationError(`ridge must be a number of at least 0, not ${ridge}`);
  if (!Number.isFinite(seed)) throw new CompensationError(`seed must be a number, not ${seed}`);
  for (const [name, value] of Object.entries({ positions, samples })) {
    if (!Number.isInteger(value) || value < 1)
      throw new CompensationError(`${name} must be a whole number of at least 1, not ${value}`);
  }
}

const fields: Readonly<Record<keyof Required<CompensateOptions>, true>> = {
  methods: true,
  ridge: true,
  positions: true,
  samples: true,
  seed: true,
  graph: true,
  rules: true,
  onLayer: true,
};
