/** The scores of one minibatch for several criteria, for custom training loops. */
import type { DependencyGraph, Group, GroupId } from "@secateur/dependency-graph";
import { type Batch, checkLabels, type LossAndGradients, notFinite } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, type GroupView, labelOf, type WeightView } from "./criterion.ts";
import { CriterionError, NonFiniteScoreError } from "./errors.ts";
import { addAll, GroupScope, type ObservedMinibatch, rowsPerUnit, sumPerUnit } from "./group-scope.ts";
import type { Observation, ObserveOptions } from "./observation.ts";
import { disposeResults, observeMinibatch } from "./observe-minibatch.ts";

/** One score per unit, by group, on one scale over all groups. */
export type Scores = ReadonlyMap<GroupId, Float32Array>;

/**
 * @param step - The result of a step of `graph.model` on this batch with `stepOptionsFor(graph, criteria)`, before the weights
 *   change; null if no criterion needs one. The caller disposes batch and step.
 * @returns Scores by criterion name.
 * @throws CriterionError if the step lacks a result that a criterion needs, a criterion fails, or the inputs, the loss or a
 *   gradient are not finite.
 * @throws NonFiniteScoreError if a score is NaN or infinite.
 *
 * @example
 * await trainStep(model, optimizer, batch, {
 *   ...stepOptionsFor(graph, all),
 *   observe: (step) => scoreMinibatch(graph, all, batch, step, { mode: "train", minibatch }),
 * });
 */
export async function scoreMinibatch(
  graph: DependencyGraph,
  criteria: readonly Criterion[],
  batch: Batch,
  step: LossAndGradients | null,
  options: ObserveOptions,
): Promise<ReadonlyMap<string, Scores>> {
  checkNames(criteria);
  await checkFinite(graph, batch, step, options);
  const observed = await observeMinibatch(graph, criteria, batch, step, options);
  try {
    return await scoreObserved(criteria, observed);
  } finally {
    disposeResults(observed);
  }
}

/** Scores alone do not show NaN on every engine: ReLU on wasm turns it into 0. */
async function checkFinite(
  { model }: DependencyGraph,
  batch: Batch,
  step: LossAndGradients | null,
  { minibatch, loss: lossOption }: ObserveOptions,
): Promise<void> {
  const [loss = 0] = (await step?.loss.data<"float32">()) ?? [];
  if (!Number.isFinite(loss)) await checkLabels(model, batch, lossOption);
  const source = step === null || !Number.isFinite(loss) ? await notFinite(batch, step ?? {}) : null;
  if (source === null && Number.isFinite(loss)) return;
  throw new CriterionError(
    `minibatch ${minibatch} cannot be scored: there is NaN or Infinity in ${source ?? "its loss"}; check the data and the weights`,
  );
}

/** Throws where two criteria have one name, because names are the keys of the result. */
export function checkNames(criteria: readonly Criterion[]): void {
  const twice = criteria.find(({ name }, i) => criteria.findIndex((each) => each.name === name) < i);
  if (twice === undefined) return;
  throw new CriterionError(`two criteria have the name "${twice.name}": rename one`);
}

/** @returns Scores by criterion name. */
export async function scoreObserved(
  criteria: readonly Criterion[],
  observed: ObservedMinibatch,
): Promise<ReadonlyMap<string, Scores>> {
  const { groups } = observed.graph;
  const pairs = criteria.flatMap((criterion) => groups.map((group) => [criterion, group] as const));
  const result = new Map(criteria.map(({ name }) => [name, new Map<GroupId, Float32Array>()]));
  if (pairs.length === 0) return result;
  const joined = tf.tidy(() =>
    tf.concat(pairs.map(([criterion, group]) => scoreGroup(criterion, group, observed))),
  );
  const values = await joined.data<"float32">(); // one read from the engine
  joined.dispose();
  let from = 0;
  for (const [criterion, { id, unitCount }] of pairs) {
    const scores = values.slice(from, from + unitCount);
    from += unitCount;
    const bad = scores.findIndex((score) => !Number.isFinite(score));
    if (bad >= 0) throw new NonFiniteScoreError(labelOf(criterion), id, bad, Number(scores[bad]));
    result.get(criterion.name)?.set(id, scores);
  }
  return result;
}

function scoreGroup(criterion: Criterion, group: Group, observed: ObservedMinibatch): tf.Tensor1D {
  const fail = (problem: string, cause?: unknown): never => {
    throw new CriterionError(`criterion "${labelOf(criterion)}" fails on group "${group.id}": ${problem}`, {
      cause,
    });
  };
  const scores = ((): unknown => {
    try {
      return criterion.score(groupView(observed, group, labelOf(criterion), criterion.observes));
    } catch (error) {
      if (error instanceof CriterionError) throw error;
      return fail(error instanceof Error ? error.message : String(error), error);
    }
  })();
  if (scores instanceof Promise) {
    scores.catch(() => undefined); // reported here; otherwise Node would end the process
    return fail("score(group) returned a promise; it must return a tensor and not be async");
  }
  if (!(scores instanceof tf.Tensor)) return fail("score(group) must return a tensor of shape [units]");
  if (scores.rank !== 1 || scores.shape[0] !== group.unitCount)
    return fail(`score(group) returned shape [${scores.shape}], expected [${group.unitCount}]`);
  return scores as tf.Tensor1D;
}

/**
 * The weights of a group, and the fields of the observations. Use inside `tf.tidy`.
 *
 * @param criterion - Its name, for messages.
 */
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
