/** @packageDocumentation The true importance of units: the change of the loss when each, or each subset, is removed. */
export { OracleError } from "./errors.ts";
export { type GreedyOptions, type GreedyStep, greedyRemoval } from "./greedy-removal.ts";
export { type Importance, importances } from "./importance.ts";
export { type GroupChanges, type LossChangeOptions, lossChanges } from "./loss-changes.ts";
export { bestCurve, curveByScores, greedyCurve } from "./removal-curves.ts";
export type { SettingOptions } from "./setting-losses.ts";
export { type SubsetLosses, type SubsetOptions, subsetLosses } from "./subset-losses.ts";
