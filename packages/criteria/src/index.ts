/** @packageDocumentation How important is a unit? One file a criterion; a criterion of your own has the same form. */
export { caveats } from "./caveats.ts";
export * as criteria from "./criteria.ts";
export {
  type Criterion,
  defineCriterion,
  type Observation,
  type ObservedGroup,
  type ObservedWeight,
} from "./criterion.ts";
export { type CriterionName, criterionNames, criterionTable } from "./criterion-table.ts";
export { CriterionError, CriterionNotApplicableError, NonFiniteScoreError } from "./errors.ts";
export type { Gradients } from "./observe-group.ts";
export type { RandomOptions } from "./random.ts";
export { type ScoreOptions, score, scoreAll } from "./score.ts";
export { type Scores, scoreMinibatch } from "./score-minibatch.ts";
