/** @packageDocumentation The true importance of units: the change of the loss when a unit, or a subset of units, is removed. */

export type { AblationOptions } from "./ablation-losses.ts";
export { OracleError } from "./errors.ts";
export { type GreedyOptions, type GreedyRound, greedyRemoval } from "./greedy-removal.ts";
export { type Importance, importances } from "./importance.ts";
export { type GroupChanges, type LossChangeOptions, lossChanges } from "./loss-changes.ts";
export { bestCurve, curveByScores, greedyCurve } from "./removal-curves.ts";
export { type SubsetLosses, type SubsetOptions, subsetLosses } from "./subset-losses.ts";
