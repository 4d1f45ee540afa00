// Fused operations for training. Importing this imports no tfjs backend and registers nothing.

export { batchNormFrozen } from "./batch-norm-frozen.ts";
export { batchNormTraining, type NormalizedBatch } from "./batch-norm-training.ts";
export { compiled, type TensorFunction } from "./compiled.ts";
export { type MomentumUpdateAttrs, momentumUpdate } from "./momentum-update.ts";
export { movingAverage } from "./moving-average.ts";
export { positionProducts } from "./position-products.ts";
export { reserveMemory } from "./reserve-memory.ts";
export { softmaxCrossEntropy } from "./softmax-cross-entropy.ts";
