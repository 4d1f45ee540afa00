// Fused operations for training. Importing this imports no tfjs backend and registers nothing.

export { batchNormTraining, type NormalizedBatch } from "./batch-norm-training.ts";
export { softmaxCrossEntropy } from "./softmax-cross-entropy.ts";
