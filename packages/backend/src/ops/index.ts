/** @packageDocumentation Fused operations for training. Importing them loads no tfjs backend and registers nothing. */
export type { MomentumUpdateAttrs } from "@secateur/wasm-kernels";
export { batchNormFrozen } from "./batch-norm-frozen.ts";
export { batchNormTraining, type NormalizedBatch } from "./batch-norm-training.ts";
export { compiled } from "./compiled.ts";
export type { TensorFunction } from "./engine-capabilities.ts";
export { momentumUpdate } from "./momentum-update.ts";
export { movingAverage } from "./moving-average.ts";
export { positionProducts } from "./position-products.ts";
export { reserveMemory } from "./reserve-memory.ts";
export { softmaxCrossEntropy } from "./softmax-cross-entropy.ts";
export { requireTestedTfjs, UnsupportedTfjsVersionError } from "./tfjs-version.ts";
