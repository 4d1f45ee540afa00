/**
 * Meets a budget in milliseconds by measurement: plans for several shares of the MACs are carried out and timed beside the
 * original on the current engine, and the smallest removal that was fast enough is taken.
 */
import type { Scores } from "@secateur/criteria";
import type { DependencyGraph } from "@secateur/dependency-graph";
import { measureLatencies, needsInputShape, uncountedLayers } from "@secateur/metrics";
import { disposeModel, type InputShape } from "@secateur/model-graph";
import { applyPlan, createPlan, type Plan } from "@secateur/surgery";
import { type Budget, isLatencyBudget, type LatencyBudget } from "./budget.ts";
import { BudgetError } from "./errors.ts";
import { takeLowest } from "./lowest-units.ts";
import { selectWeighing } from "./select-units.ts";
import type { Selection } from "./selection.ts";
import { startSelection } from "./selection-run.ts";

export interface LatencyRequest {
  readonly selection?: Selection | undefined;
  /** The sizes of the inputs without the batch; required where the model's are open. */
  readonly inputShape?: InputShape | undefined;
}

/** Milliseconds per batch, medians of measurements in turns. */
export interface MeasuredLatency {
  readonly originalMs: number;
  readonly leftMs: number;
  readonly batch: number;
}

/** Halvings of the interval in which the share of MACs is searched. */
const halvings = 6;

/** Runs of each of the two models that are compared. */
const repeats = 9;

/**
 * The plan depends on the engine, the machine and its load: measure where the model will run, on an idle machine.
 *
 * @param budget - The share of the latency to remove.
 * @throws BudgetError where removing all that pinned channels and the selection allow is not fast enough.
 *
 * @example const { plan, leftMs } = await selectByLatency(graph, scores, { latency: 0.3 });
 */
export async function selectByLatency(
  graph: DependencyGraph,
  scores: Scores,
  budget: LatencyBudget,
  request: LatencyRequest = {},
): Promise<MeasuredLatency & { readonly plan: Plan }> {
  if (!isLatencyBudget(budget))
    throw new BudgetError(`a budget in latency must be { latency: share }, not ${JSON.stringify(budget)}`);
  const kind = kindOf(graph, request);
  const { plan: largest, share } = everything(graph, scores, kind, request);
  let best = await measured(graph, largest, budget, request);
  requireFast(best, budget, request);
  if (budget.latency === 0) return measured(graph, createPlan(graph, []), budget, request);
  let [low, high] = [0, share];
  for (let i = 0; i < halvings; i++) {
    const middle = (low + high) / 2;
    const asked = { ...request, budget: kind === "macs" ? { macs: middle } : { parameters: middle } };
    const tried = await measured(graph, selectWeighing(graph, scores, asked, 1), budget, request);
    if (!isFast(tried, budget)) low = middle;
    else [best, high] = [tried, middle];
  }
  return best;
}

/** Throws `BudgetError` where no scores could meet the budget; for checks before anything is computed. */
export async function requireLatencyReachable(
  graph: DependencyGraph,
  budget: LatencyBudget,
  request: LatencyRequest,
): Promise<void> {
  const equal = new Map(graph.groups.map(({ id, unitCount }) => [id, new Float32Array(unitCount)] as const));
  const { plan } = everything(graph, equal, kindOf(graph, request), request);
  requireFast(await measured(graph, plan, budget, request), budget, request);
}

/** In what removals are spread over the groups: parameters where most MACs are not counted. */
function kindOf({ model }: DependencyGraph, { inputShape }: LatencyRequest): "macs" | "parameters" {
  if (inputShape === undefined && needsInputShape(model))
    throw new BudgetError(
      "a budget in latency: the model has open input sizes, on which its latency depends. Pass inputShape, the sizes of the " +
        "input without the batch, for instance [224, 224, 3]",
    );
  return uncountedLayers(model).share > 0.5 ? "parameters" : "macs";
}

/** The plan that removes all that is allowed, and the share of the MACs or parameters that it removes. */
function everything(
  graph: DependencyGraph,
  scores: Scores,
  kind: "macs" | "parameters",
  request: LatencyRequest,
): { readonly plan: Plan; readonly share: number } {
  const nothing: Budget = kind === "macs" ? { macs: 0 } : { parameters: 0 };
  const run = startSelection(graph, { ...request, budget: nothing });
  const before = Number(run.taken.left()[kind]);
  takeLowest(graph, scores, run.taken, run.limits.roundTo, () => false);
  const share = 1 - Number(run.taken.left()[kind]) / before;
  return { plan: createPlan(graph, run.taken.byGroup), share };
}

async function measured(
  graph: DependencyGraph,
  plan: Plan,
  { batch = 1 }: LatencyBudget,
  { inputShape }: LatencyRequest,
): Promise<MeasuredLatency & { readonly plan: Plan }> {
  const smaller = applyPlan(graph.model, plan, { graph });
  try {
    const options = { batch, repeats, inputShape };
    const [original, left] = await measureLatencies([graph.model, smaller], options);
    return { plan, originalMs: Number(original?.medianMs), leftMs: Number(left?.medianMs), batch };
  } finally {
    disposeModel(smaller);
  }
}

const isFast = ({ originalMs, leftMs }: MeasuredLatency, { latency }: LatencyBudget): boolean =>
  latency === 0 || leftMs <= (1 - latency) * originalMs;

function requireFast(
  found: MeasuredLatency,
  budget: LatencyBudget,
  { selection = {} }: LatencyRequest,
): void {
  if (isFast(found, budget)) return;
  const { originalMs, leftMs } = found;
  throw new BudgetError(
    `budget ${JSON.stringify(budget)} cannot be met: without everything that pinned channels and the selection ` +
      `(${Object.keys(selection).join(", ") || "none"}) allow to be removed, the model takes ${leftMs.toFixed(2)} ms, the ` +
      `original ${originalMs.toFixed(2)} ms. Ask for less, or let the selection remove more`,
  );
}
