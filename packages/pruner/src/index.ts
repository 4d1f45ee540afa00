/** @packageDocumentation Ranking, budgets, selections, one-shot pruning and the iterative loop. */
export { type Amounts, type Budget, type BudgetKind, budgetKind, type LatencyBudget } from "./budget.ts";
export { BudgetError, PrunerError, type Reach } from "./errors.ts";
export type { Breach, Guard } from "./guard.ts";
export { jointly, type Selector } from "./jointly.ts";
export type { LayerFilter, LayerPattern } from "./layer-filter.ts";
export { prune } from "./prune.ts";
export type { PruneEvent, PruneResult, PruneState } from "./prune-event.ts";
export { pruneOnce } from "./prune-once.ts";
export type { Data, PruneLoopOptions, PruneOptions, PruneSchedule, UnlabelledData } from "./prune-options.ts";
export type { Recovery } from "./recovery.ts";
export { type Remaining, type RemainingOptions, remainingOf } from "./remaining.ts";
export { type LatencyRequest, type MeasuredLatency, selectByLatency } from "./select-by-latency.ts";
export { selectByTrial, type TrialOptions } from "./select-by-trial.ts";
export { type JointChoice, type JointOptions, selectJointly } from "./select-jointly.ts";
export { type SelectOptions, selectUnits } from "./select-units.ts";
export type { Selection } from "./selection.ts";
export type { SelectionRequest } from "./selection-run.ts";
