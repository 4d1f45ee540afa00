/** @packageDocumentation Refits the weights that remain after pruning, from unlabelled samples and without training. */
export type { CompensationMethod, MethodReport } from "./apply-method.ts";
export {
  type Compensated,
  type CompensateOptions,
  type CompensationReport,
  checkCompensateOptions,
  compensate,
} from "./compensate.ts";
export { CompensationError } from "./errors.ts";
export { outputError } from "./output-error.ts";
export { reconstructionScores } from "./reconstruction-scores.ts";
export type { RefittedLayer } from "./refit-layers.ts";
export type { SkippedLayer } from "./refit-sites.ts";
export { type ResidualGates, residualGates } from "./residual-gates.ts";
export { collectSamples, sampleLimit } from "./samples.ts";
export { type SwapOptions, swapUnits } from "./swap-units.ts";
