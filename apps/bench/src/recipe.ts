/** How networks are trained here: nothing exotic, the same for every criterion. */
import { cosine, type Optimizer, type Schedule, sgd } from "@secateur/training";

export const batchSize = 128;
export const evaluationBatchSize = 250;
/** Minibatches that criteria are averaged over. */
export const scoringBatches = 10;

/** Bytes that a worker process takes while it trains, data included: measured with batches of 128, rounded up. */
export function memoryOfWorker(model: string): number {
  return (model === "lenet3" ? 1 : 4) * 2 ** 30;
}

export interface Recipe {
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
}

/** LeNet3 has no batch normalisation and takes smaller steps. */
export function trainingRecipe(model: string): Recipe {
  const learningRate = model === "lenet3" ? 0.03 : 0.1;
  return {
    optimizer: sgd({ learningRate, momentum: 0.9, weightDecay: 5e-4 }),
    schedule: cosine({ warmup: 0.1 }),
  };
}

/**
 * For training between removals: the rate that fine-tuning begins with, as each removal is a small damage to repair, and
 * constant, so that the first ratio and the last are reached under the same conditions. Without weight decay, as in the
 * paper's runs: it would shrink the weights that are being judged.
 */
export function pruningOptimizer(): Optimizer {
  return sgd({ learningRate: 0.01, momentum: 0.9 });
}

export function fineTuningRecipe(): Recipe {
  return { optimizer: sgd({ learningRate: 0.01, momentum: 0.9, weightDecay: 5e-4 }), schedule: cosine() };
}
