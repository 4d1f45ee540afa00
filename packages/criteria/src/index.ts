/** @packageDocumentation How important is a unit? One file a criterion; a criterion of your own has the same form. */
export { caveats } from "./caveats.ts";
export * as criteria from "./criteria.ts";
export {
  type Criterion,
  defineCriterion,
  type ObservedGroup,
  type ObservedMargins,
  type ObservedWeight,
} from "./criterion.ts";
export { type CriterionName, criterionNames, criterionTable } from "./criterion-table.ts";
export { CriterionError, CriterionNotApplicableError, NonFiniteScoreError } from "./errors.ts";
export type { CurvatureOptions } from "./gate-curvature.ts";
export { byL2Norm, byMax, byMean, type Normalizer, normalized } from "./normalizers.ts";
export type { ObserveOptions } from "./observe/extra-passes.ts";
export type { Observation } from "./observe/observation.ts";
export { type StepNeeds, stepNeeds } from "./observe/observe-minibatch.ts";
export type { RandomOptions } from "./random.ts";
export { type ScoreOptions, score, scoreAll } from "./score.ts";
export { scoreMinibatch } from "./score-minibatch.ts";
export type { Scores } from "./score-observed.ts";
export type { TaylorMarginOptions } from "./taylor-margin.ts";
