/** Networks beside the paper's unpruned ones, and the budgets of the paper's rows, as Markdown tables. */
import { type Experiment, removalCount, removedUnits } from "../experiments/experiment.ts";
import { markdownOf } from "../report/markdown-table.ts";
import type { Architecture } from "./measure-architecture.ts";
import { publishedGates } from "./paper-gates.ts";

/** @param experiments - For the paper's figures. */
export function networksTable(
  architectures: readonly Architecture[],
  experiments: readonly Experiment[],
): string {
  const head = ["Network", "Parameters", "MACs (G)", "Groups", "Units", "Gates"];
  const paperHead = ["Paper: parameters (M)", "MACs (G)", "Gates"];
  const body = architectures.map(({ name, parameters, macs, groups, units, gates }) => {
    const row = experiments.find(({ model }) => model === name);
    return [
      name,
      whole(parameters),
      (macs / 1e9).toFixed(2),
      whole(groups),
      whole(units),
      wholeOrDash(gates),
      row?.paper.unpruned?.millionParameters.toFixed(1) ?? "–",
      row?.paper.unpruned?.gmacs.toFixed(2) ?? "–",
      wholeOrDash(publishedGates[name]),
    ];
  });
  return markdownOf([...head, ...paperHead], body);
}

/** @param experiments - Rows of the paper. */
export function budgetsTable(experiments: readonly Experiment[]): string {
  const head = ["Row", "Units removed", "Removals", "Kept gates", "Paper: MACs (G)", "Parameters (M)"];
  const body = experiments.map((experiment) => {
    const { name, model, assumed, paper } = experiment;
    const { unpruned, pruned } = paper;
    const [removed, gates] = [removedUnits(experiment), publishedGates[model]];
    return [
      name,
      (removed > 0 ? whole(removed) : "until the MACs are reached") +
        (assumed.includes("budget") ? " (chosen here)" : ""),
      wholeOrDash(removalCount(experiment)),
      removed > 0 && gates !== undefined ? `${((100 * (gates - removed)) / gates).toFixed(1)} %` : "–",
      beforeAndAfter(unpruned?.gmacs, pruned?.gmacs, 2),
      beforeAndAfter(unpruned?.millionParameters, pruned?.millionParameters, 1),
    ];
  });
  return markdownOf(head, body);
}

function beforeAndAfter(before: number | undefined, after: number | undefined, digits: number): string {
  if (before === undefined || after === undefined) return "–";
  return `${before.toFixed(digits)} → ${after.toFixed(digits)} (${((100 * after) / before).toFixed(0)} %)`;
}

function whole(count: number): string {
  return count.toLocaleString("en-US");
}

function wholeOrDash(count: number | null | undefined): string {
  return count === null || count === undefined ? "–" : whole(count);
}
