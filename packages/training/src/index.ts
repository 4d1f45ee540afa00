/** @packageDocumentation A fused training step, optimisers, schedules and evaluation for any `tf.LayersModel`. */
export { accelerate } from "./accelerate.ts";
export { type AdamOptions, adam } from "./adam.ts";
export type { Batch, Batches } from "./batch.ts";
export { NonFiniteLossError, TrainingError } from "./errors.ts";
export { type Evaluation, evaluate } from "./evaluate.ts";
export { type FitOptions, fit, type Step, type TrainingEvent } from "./fit.ts";
export { type ForwardOptions, forward } from "./forward.ts";
export { type GatedLosses, gatedLosses, type PreparedBatch } from "./gated-losses.ts";
export type { GateSite } from "./gates.ts";
export { type HessianOptions, hessianVectorProduct } from "./hessian-vector-product.ts";
export { type LogitMargins, logitMargins, type MarginOptions } from "./logit-margins.ts";
export { type LossAndGradients, type LossOptions, lossAndGradients } from "./loss-and-gradients.ts";
export { type NamedWeights, namedWeights, trainableWeights } from "./named-weights.ts";
export type { Optimizer } from "./optimizer.ts";
export type { Mode, Taps } from "./run-layers.ts";
export { constant, cosine, type Schedule, step } from "./schedule.ts";
export { type SgdOptions, sgd } from "./sgd.ts";
export { type StepResult, type TrainStepOptions, trainStep } from "./train-step.ts";
