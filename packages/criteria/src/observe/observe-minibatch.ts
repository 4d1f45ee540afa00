/**
 * Compute what criteria ask for, each once. Part of it comes out of the training step that runs anyway (`stepNeeds`), the
 * rest takes passes of its own (`observeMore`).
 */
import type { DependencyGraph } from "@secateur/dependency-graph";
import {
  type Batch,
  type GateSite,
  type LossAndGradients,
  lossAndGradients,
  type Mode,
  TrainingError,
} from "@secateur/training";
import type * as tf from "@tensorflow/tfjs-core";
import type { Criterion } from "../criterion.ts";
import { CriterionNotApplicableError } from "../errors.ts";
import { extraPasses, type ObserveOptions } from "./extra-passes.ts";
import { consumers, gatedTensors } from "./gate-sites.ts";
import type { Observation } from "./observation.ts";
import { type ByLayer, disposeExtras, type Observed, observedNothing } from "./observed.ts";

/** Options for `trainStep`: what the step itself has to give. */
export interface StepNeeds {
  readonly gates: readonly GateSite[];
  readonly activations: readonly string[];
}

export function stepNeeds(graph: DependencyGraph, criteria: readonly Criterion[]): StepNeeds {
  const asks = asker(criteria);
  const inputs = consumers(graph);
  const onExamples = asks("examples") ? inputs.map((layer): GateSite => ({ layer, at: "input" })) : [];
  const onTensors = asks("tensors")
    ? graph.groups.flatMap((group) =>
        gatedTensors(graph.model, group, nameOf(criteria, "tensors")).map(({ site }) => site),
      )
    : [];
  return {
    gates: eachOnce([...onExamples, ...onTensors]),
    activations: asks("activations") ? inputs : [],
  };
}

/** The step for criteria alone, with nothing in it that none of them asks for; null where that is all of it. */
export function takeStep(
  graph: DependencyGraph,
  criteria: readonly Criterion[],
  batch: Batch,
  mode: Mode,
): LossAndGradients | null {
  const needs = stepNeeds(graph, criteria);
  if (asksForGradients(criteria)) return lossAndGradients(graph.model, batch, { mode, ...needs });
  if (needs.gates.length + needs.activations.length === 0) return null;
  return lossAndGradients(graph.model, batch, { mode, ...needs, weights: [] });
}

/**
 * @param step of `graph.model`, taken with `stepNeeds` or by `takeStep`; null where no criterion needs one.
 * @returns What it holds beyond `step` is the caller's to dispose (`disposeExtras`).
 */
export function observeMore(
  graph: DependencyGraph,
  criteria: readonly Criterion[],
  batch: Batch,
  step: LossAndGradients | null,
  options: ObserveOptions,
): Observed {
  let observed = step === null ? observedNothing : observedInStep(graph, criteria, step);
  for (const kind of Object.keys(extraPasses) as (keyof typeof extraPasses)[]) {
    if (!asker(criteria)(kind)) continue;
    try {
      observed = { ...observed, ...extraPasses[kind](graph, batch, options, criteria) };
    } catch (error) {
      disposeExtras(observed);
      if (!(error instanceof TrainingError)) throw error;
      const group = graph.groups[0]?.id ?? "";
      throw new CriterionNotApplicableError(nameOf(criteria, kind), group, error.message);
    }
  }
  return observed;
}

function observedInStep(
  graph: DependencyGraph,
  criteria: readonly Criterion[],
  step: LossAndGradients,
): Observed {
  const { gates } = stepNeeds(graph, criteria);
  const gatesAt = (side: GateSite["at"]): ByLayer<tf.Tensor2D> =>
    Object.fromEntries(
      gates.flatMap(({ layer, at }, i) => (at === side ? [[layer, step.gates[i] as tf.Tensor2D]] : [])),
    );
  return {
    ...observedNothing,
    gradients: asksForGradients(criteria) ? step.gradients : null,
    activations: step.activations,
    inputGates: gatesAt("input"),
    outputGates: gatesAt("output"),
  };
}

const eachOnce = (sites: readonly GateSite[]): readonly GateSite[] => [
  ...new Map(sites.map((site) => [`${site.layer} ${site.at}`, site])).values(),
];

const asker =
  (criteria: readonly Criterion[]) =>
  (kind: Observation): boolean =>
    criteria.some(({ observes }) => observes === kind);

const asksForGradients = (criteria: readonly Criterion[]): boolean =>
  asker(criteria)("gradients") || asker(criteria)("hessian");

const nameOf = (criteria: readonly Criterion[], kind: Observation): string =>
  criteria.find(({ observes }) => observes === kind)?.name ?? "";
