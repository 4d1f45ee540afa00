/**
 * @packageDocumentation One training step for loss, gradients and what criteria read; losses, optimisers, schedules and
 * evaluation for any `tf.LayersModel`.
 */
export { accelerate } from "./accelerate.ts";
export {
  type Batch,
  type Batches,
  batchSize,
  checkInputs,
  disposeBatch,
  inputsOf,
  targetsOf,
  type UnlabelledBatch,
  type UnlabelledBatches,
} from "./batch.ts";
export { NonFiniteLossError, TrainingError } from "./errors.ts";
export { type EvaluateOptions, type Evaluation, evaluate } from "./evaluate.ts";
export { type FitOptions, fit, type TakeStep, type TrainingEvent } from "./fit.ts";
export { batchNormStatistics } from "./forward/batch-norm-statistics.ts";
export {
  type BatchStatistics,
  batchNormAffine,
  frozenNormalizations,
  normalizesLastAxis,
} from "./forward/batch-normalization.ts";
export { checkSoftmaxHead } from "./forward/final-activation.ts";
export { type ForwardOptions, forward } from "./forward/forward.ts";
export { type Head, headOf } from "./forward/head.ts";
export type { Hooks, Mode } from "./forward/pass.ts";
export { castInputs } from "./forward/run-calls.ts";
export { runSegment } from "./forward/run-segment.ts";
export {
  type ContributionGates,
  type ContributionSlopes,
  contributionSlopes,
} from "./gradients/contribution-slopes.ts";
export { notFinite } from "./gradients/finite.ts";
export { type GatedLosses, gatedLosses, type PreparedBatch } from "./gradients/gated-losses.ts";
export { type GateSite, siteKey } from "./gradients/gates.ts";
export { type HessianOptions, hessianVectorProduct } from "./gradients/hessian-vector-product.ts";
export { type LogitMargins, logitMargins, type MarginOptions } from "./gradients/logit-margins.ts";
export { type LogitSlopes, logitSlopes } from "./gradients/logit-slopes.ts";
export { type LossAndGradients, type LossOptions, lossAndGradients } from "./gradients/loss-and-gradients.ts";
export { mergedStatistics } from "./gradients/micro-batches.ts";
export { stepBytes } from "./gradients/step-memory.ts";
export { type ValueAndGradients, valueAndGradients } from "./gradients/tape.ts";
export {
  type KeepBestOptions,
  keepBest,
  type ModelMetric,
  type ValidationEvent,
} from "./keep-best.ts";
export { type BinaryCrossEntropyOptions, binaryCrossEntropy } from "./losses/binary-cross-entropy.ts";
export { checkLabels } from "./losses/check-labels.ts";
export { type DistillationOptions, distillation } from "./losses/distillation.ts";
export { headLosses } from "./losses/head-losses.ts";
export { type Loss, type OutputShape, weighted } from "./losses/loss.ts";
export { lossFromKey } from "./losses/loss-from-key.ts";
export { meanSquaredError } from "./losses/mean-squared-error.ts";
export { checkLoss, type LossOption } from "./losses/model-loss.ts";
export { type SoftmaxCrossEntropyOptions, softmaxCrossEntropy } from "./losses/softmax-cross-entropy.ts";
export { type AdamOptions, adam } from "./optimizers/adam.ts";
export type { Optimizer } from "./optimizers/optimizer.ts";
export { constant, cosine, type Schedule, stepDecay, warmup } from "./optimizers/schedule.ts";
export { type SgdOptions, sgd } from "./optimizers/sgd.ts";
export {
  type OwnTargetsOptions,
  outputsWithDrawnTargets,
  outputsWithoutGradient,
  ownLoss,
  ownTargets,
  type SampledTargetsOptions,
  sampledTargets,
  samplingLoss,
  targetsAreOutputs,
} from "./own-targets.ts";
export { type StepResult, type TrainStepOptions, trainStep } from "./train-step.ts";
export { type WeightAverage, type WeightAverageOptions, weightAverage } from "./weight-average.ts";
export { withTeacher } from "./with-teacher.ts";
