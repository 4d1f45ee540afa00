/** @packageDocumentation Criteria: scores of the importance of units. One file per criterion and per observation. */
export { caveats } from "./caveats.ts";
export { type CriterionName, criterionNames, criterionTable } from "./criteria/criterion-table.ts";
export * as criteria from "./criteria/index.ts";
export { byL2Norm, byMax, byMean, type Normalizer, normalized } from "./criteria/normalizers.ts";
export type { RandomOptions } from "./criteria/random.ts";
export {
  type Criterion,
  type CriterionDefinition,
  defineCriterion,
  type GroupView,
  type WeightView,
} from "./criterion.ts";
export { equalScoresWarning } from "./equal-scores.ts";
export { CriterionError, CriterionNotApplicableError, NonFiniteScoreError } from "./errors.ts";
export type { GroupScope, ObservedMinibatch } from "./group-scope.ts";
export type { Observation, ObserveOptions, PassContext, StepRequest } from "./observation.ts";
export * from "./observations/index.ts";
export type { Margins, MarginsOptions } from "./observations/margins.ts";
export { scoringStep, stepOptionsFor } from "./observe-minibatch.ts";
export type { Targets } from "./own-targets.ts";
export { type ScoreOptions, score, scoreAll } from "./score.ts";
export { type ScoreAverage, scoreAverage } from "./score-average.ts";
export { type Scores, scoreMinibatch } from "./score-minibatch.ts";
export { type UnitSlopes, unitSlopes } from "./unit-slopes.ts";
