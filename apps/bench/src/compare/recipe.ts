/** How networks are trained and tested here: nothing exotic, the same for every criterion. */
import { cosine, type Optimizer, type Schedule, sgd } from "@secateur/training";
import { type DataSet, dataSetOf } from "../inputs/data-set.ts";

export interface Training {
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
}

export interface Recipe {
  readonly batchSize: number;
  readonly evaluationBatchSize: number;
  /** Minibatches that criteria are averaged over. */
  readonly scoringBatches: number;
  readonly latencyBatchSize: number;
  /**
   * For training between removals: the rate that fine-tuning begins with, as each removal is a small damage to repair,
   * and constant, so that the first ratio and the last are reached under the same conditions. Without weight decay, as
   * in the paper's runs: it would shrink the weights that are being judged.
   */
  readonly pruning: () => Optimizer;
  readonly fineTuning: () => Training;
}

const recipes: Readonly<Record<DataSet, Recipe>> = {
  cifar10: {
    batchSize: 128,
    evaluationBatchSize: 250,
    scoringBatches: 10,
    latencyBatchSize: 32,
    pruning: () => sgd({ learningRate: 0.01, momentum: 0.9 }),
    fineTuning: () => ({
      optimizer: sgd({ learningRate: 0.01, momentum: 0.9, weightDecay: 5e-4 }),
      schedule: cosine(),
    }),
  },
  /** The paper's rate and decay, but not its batches of 256: even 32 of ResNet-50 do not fit into WebAssembly's 4 GB. */
  imagenet: {
    batchSize: 16,
    evaluationBatchSize: 25,
    scoringBatches: 60,
    latencyBatchSize: 8,
    pruning: () => sgd({ learningRate: 1e-3, momentum: 0.9 }),
    fineTuning: () => ({ optimizer: sgd({ learningRate: 1e-3, momentum: 0.9 }), schedule: cosine() }),
  },
};

export function recipeFor(model: string): Recipe {
  return recipes[dataSetOf(model)];
}

/** For training from scratch. LeNet3 has no batch normalisation and takes smaller steps. */
export function trainingRecipe(model: string): Training {
  const learningRate = model === "lenet3" ? 0.03 : 0.1;
  return {
    optimizer: sgd({ learningRate, momentum: 0.9, weightDecay: 5e-4 }),
    schedule: cosine({ warmup: 0.1 }),
  };
}

/** Bytes that a worker process takes while it trains by its recipe, data included: measured, rounded up. */
export function memoryOfWorker(model: string): number {
  if (dataSetOf(model) === "imagenet") return 5 * 2 ** 30; // the most that one on WebAssembly can take
  return (model === "lenet3" ? 1 : 4) * 2 ** 30;
}
