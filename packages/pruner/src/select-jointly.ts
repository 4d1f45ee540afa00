/**
 * Chooses a set of units by what their removal does together: the logits are linear in the gates to first order, so one pass
 * of slopes predicts the loss of every set (see `joint-loss.ts`), and a greedy choice follows the prediction.
 */
import type { DependencyGraph, GroupId } from "@secateur/dependency-graph";
import { disposeModel, type InputShape } from "@secateur/model-graph";
import { createPlan, type Plan, silence } from "@secateur/surgery";
import type { UnlabelledBatches } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type Budget, limitedKind } from "./budget.ts";
import { checkFields, type Fields, requireCount, requireFunction } from "./check-fields.ts";
import { PrunerError } from "./errors.ts";
import { disposeExamples, type JointExamples, jointExamples, jointSlopes } from "./joint-examples.ts";
import { type JointLoss, jointLoss, type Prediction, softened, toFactors } from "./joint-loss.ts";
import { requireReachable } from "./select-units.ts";
import type { Selection } from "./selection.ts";
import { type SelectionRun, startSelection } from "./selection-run.ts";
import { takeJointly } from "./take-jointly.ts";

export interface JointOptions {
  /** Divides the logits of both predictions that are compared. Default 4. */
  readonly temperature?: number;
  /** Compares the most probable classes of each example only, one backward pass each. Default: all. */
  readonly topK?: number;
  /** The slopes are computed anew, without the units removed so far, after each of so many shares of the budget. Default 5. */
  readonly rounds?: number;
  /** Called after each choice. */
  readonly onChoice?: (choice: JointChoice) => void;
}

export interface JointChoice {
  readonly group: GroupId;
  readonly unit: number;
  /** The predicted loss of all units chosen so far: mean KL divergence at the temperature, times its square. */
  readonly loss: number;
}

const fields: Fields<JointOptions> = { temperature: true, topK: true, rounds: true, onChoice: true };

/**
 * A plan for a set of units that together change the softened prediction least. Needs no labels. The increase of the loss is
 * divided by the MACs or parameters that a unit saves where the budget is in those.
 *
 * Holds the inputs of all samples, and 4 bytes for each example × class × unit (at most 1 GiB), in memory.
 *
 * @param samples - Minibatches `{ xs }`; disposed.
 * @throws BudgetError where the selection leaves too little to remove; TrainingError for a model without a softmax head.
 *
 * @example const plan = await selectJointly(model, graph, samples, { macs: 0.5 });
 */
export async function selectJointly(
  model: tfl.LayersModel,
  graph: DependencyGraph,
  samples: UnlabelledBatches,
  budget: Budget,
  options: JointOptions & {
    readonly selection?: Selection | undefined;
    readonly inputShape?: InputShape | undefined;
  } = {},
): Promise<Plan> {
  const { selection, inputShape, ...joint } = options;
  const request = { budget, selection, inputShape };
  checkJointOptions(joint);
  if (graph.model !== model)
    throw new PrunerError("the graph belongs to another model: build one with buildDependencyGraph(model)");
  requireReachable(graph, request);
  const run = startSelection(graph, request);
  const examples = await jointExamples(graph, samples, joint.topK ?? Number.POSITIVE_INFINITY);
  try {
    await takeInRounds(graph, run, examples, budget, joint);
  } finally {
    disposeExamples(examples);
  }
  return run.plan();
}

async function takeInRounds(
  graph: DependencyGraph,
  run: SelectionRun,
  examples: JointExamples,
  budget: Budget,
  { rounds = 5, temperature = 4, onChoice }: JointOptions,
): Promise<void> {
  let targets: Prediction | null = null;
  for (let round = 1; round <= rounds; round++) {
    const share = round / rounds;
    if (run.isMet(share)) continue;
    const { logits, units } = await slopesWithout(graph, run, examples);
    const start = softened(logits, examples.classes, temperature);
    targets ??= { ...start, values: start.values.slice() };
    for (const slopes of units) toFactors(slopes, targets, temperature);
    const loss: JointLoss = jointLoss(targets, start, units, temperature);
    takeJointly(graph.groups, loss, run.taken, {
      roundTo: run.limits.roundTo,
      per: limitedKind(budget),
      lacking: () => run.lacking(share),
      isEnough: () => run.isMet(share),
      onTaken: ({ id }, unit) => onChoice?.({ group: id, unit, loss: loss.value() }),
    });
  }
}

/** Slopes of the network with the units taken so far silenced. */
async function slopesWithout(graph: DependencyGraph, { taken }: SelectionRun, examples: JointExamples) {
  if (taken.count() === 0) return jointSlopes(graph, examples);
  const model = silence(graph.model, createPlan(graph, taken.byGroup), { graph });
  try {
    return await jointSlopes({ ...graph, model }, examples);
  } finally {
    disposeModel(model);
  }
}

export function checkJointOptions(options: JointOptions): void {
  checkFields("options", options, fields);
  const { temperature = 4, topK = 2, rounds = 1, onChoice } = options;
  if (!(temperature > 0 && Number.isFinite(temperature)))
    throw new PrunerError(`temperature must be a number above 0, not ${temperature}`);
  if (topK !== Number.POSITIVE_INFINITY && !(Number.isInteger(topK) && topK >= 2))
    throw new PrunerError(`topK must be a whole number of classes, 2 or more, or Infinity, not ${topK}`);
  requireCount("rounds", rounds);
  requireFunction("onChoice", onChoice);
}
