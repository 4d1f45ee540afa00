/** @packageDocumentation Ranking, budgets and the iterative prune-and-fine-tune loop. */
export { type Amounts, type Budget, type BudgetKind, budgetKind } from "./budget.ts";
export { BudgetError, PrunerError } from "./errors.ts";
export { type OneShotOptions, pruneOnce } from "./one-shot.ts";
export { prune } from "./prune.ts";
export type { PruneEvent, PruneState } from "./prune-event.ts";
export type { PruneOptions, PruneSchedule } from "./prune-options.ts";
export { type Remaining, remainingOf } from "./remaining.ts";
export { type SelectOptions, selectUnits } from "./select-units.ts";
