/** MACs that are not counted: a warning for every result that states MACs, and a refusal where they dominate a budget. */
import type { DependencyGraph } from "@secateur/dependency-graph";
import { type UncountedLayers, uncountedLayers } from "@secateur/metrics";
import { type Budget, limitedKind } from "./budget.ts";
import { BudgetError } from "./errors.ts";

/** The largest share of the parameters in layers that are not counted at which a budget in MACs is accepted. */
const largestShare = 0.5;

/** One sentence, or none where all layers are counted. */
export function uncountedWarnings({ model }: DependencyGraph): readonly string[] {
  const uncounted = uncountedLayers(model);
  if (uncounted.layers.length === 0) return [];
  return [`MACs do not include ${describe(uncounted)}. A budget in MACs does not see them`];
}

/** Throws `BudgetError` for a budget in MACs where most of the multiplying layers are not counted. */
export function requireCounted({ model }: DependencyGraph, budget: Budget): void {
  if (limitedKind(budget) !== "macs") return;
  const uncounted = uncountedLayers(model);
  if (uncounted.share <= largestShare) return;
  throw new BudgetError(
    `budget ${JSON.stringify(budget)}: the MACs of most of model "${model.name}" are not counted: MACs do not include ` +
      `${describe(uncounted)}. Ask for a budget in units, parameters or bytes`,
  );
}

function describe({ layers, share }: UncountedLayers): string {
  const named = layers.slice(0, 5).map(({ path, className }) => `"${path}" (${className})`);
  if (layers.length > named.length) named.push(`${layers.length - named.length} more`);
  const percent = (100 * share).toFixed(0);
  return `${named.join(", ")}, which ${layers.length === 1 ? "has" : "have"} ${percent} % of the parameters of all layers that multiply`;
}
