/** How networks are trained and tested in the bench, the same for every criterion. */
import type { ModelName } from "@secateur/models";
import { cosine, type Optimizer, type Schedule, sgd, warmup } from "@secateur/training";
import type { BatchSizes } from "../inputs/batch-source.ts";
import { type DataSet, dataSetOf } from "../inputs/data-set.ts";

export interface Training {
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
}

export interface Recipe extends BatchSizes {
  readonly latencyBatchSize: number;
  /**
   * For training between removals: constant, at the initial rate of fine-tuning, so that all ratios are reached under
   * the same conditions. No weight decay, as in the paper: it would shrink the weights that are being scored.
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
  /** The paper's rate and decay. Its batches of 256 do not fit into the 4 GB of wasm, nor do 32 for ResNet-50. */
  imagenet: {
    batchSize: 16,
    evaluationBatchSize: 25,
    scoringBatches: 60,
    latencyBatchSize: 8,
    pruning: () => sgd({ learningRate: 1e-3, momentum: 0.9 }),
    fineTuning: () => ({ optimizer: sgd({ learningRate: 1e-3, momentum: 0.9 }), schedule: cosine() }),
  },
};

export function recipeFor(model: ModelName | null): Recipe {
  return recipes[dataSetOf(model)];
}

/** For training from scratch. LeNet3 has no batch normalisation and needs a lower rate. */
export function trainingRecipe(model: ModelName | null): Training {
  const learningRate = model === "lenet3" ? 0.03 : 0.1;
  return {
    optimizer: sgd({ learningRate, momentum: 0.9, weightDecay: 5e-4 }),
    schedule: warmup(0.1, cosine()),
  };
}

/** Memory of a worker process in bytes while it trains, data included: measured, rounded up. */
export function memoryOfWorker(model: ModelName | null): number {
  if (dataSetOf(model) === "imagenet") return 5 * 2 ** 30; // the maximum on wasm
  return (model === "lenet3" ? 1 : 4) * 2 ** 30;
}
