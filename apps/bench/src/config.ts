/**
 * What one run of `bench:cifar10` does, and its defaults. Where the run's files lie (`--out`) and whether it goes on
 * (`--resume`) are not part of it.
 */
import type { Comparison } from "./comparison.ts";
import { trainedWeights } from "./trained.ts";

export const budgetNames = ["units", "macs", "params"] as const;
export type BudgetName = (typeof budgetNames)[number];

export interface BenchConfig extends Comparison {
  /** Absolute path of a file with trained weights; without one the model is trained first. */
  readonly weights: string | null;
  /** Shares to remove, 0..1 exclusive, ascending. */
  readonly ratios: readonly number[];
  readonly budget: BudgetName;
  /** Prune while the network trains, through all ratios on one way, instead of at once to each. */
  readonly iterative: boolean;
  /** Minibatches between two removals; null where it is not iterative. */
  readonly frequency: number | null;
  /** Units that go at each removal; null is a fiftieth of all. */
  readonly "per-removal": number | null;
  /** Epochs of training before pruning. */
  readonly epochs: number;
  /** Epochs of fine-tuning after pruning (iterative: after the last ratio), fractions allowed; 0 is none. */
  readonly finetune: number;
  /** Everything runs once for each of the seeds 0, 1, … seeds - 1. */
  readonly seeds: number;
  /** Threads that train one network together, on the wasm engine. */
  readonly workers: number;
  /** Training images used; the test set is cut to a fifth of it. Null is all. */
  readonly subset: number | null;
  readonly quick: boolean;
}

export const defaults: BenchConfig = {
  model: "lenet3",
  weights: null,
  criteria: ["random", "l1", "l2", "taylor-weight", "taylor-gate"],
  criterion: [],
  ratios: [0.3, 0.5, 0.7],
  budget: "units",
  iterative: false,
  frequency: null,
  "per-removal": null,
  epochs: 6,
  finetune: 0.5,
  seeds: 3,
  engine: "auto",
  workers: 1,
  data: null,
  subset: null,
  quick: false,
};

/** What `--quick` puts in the place of the defaults. */
export const quickDefaults: Partial<BenchConfig> = {
  ratios: [0.5, 0.7],
  epochs: 2,
  finetune: 0.25,
  seeds: 1,
};

/** What `--iterative` puts there: ratios cost next to nothing where one way leads through all of them. */
export const iterativeDefaults: Pick<BenchConfig, "ratios"> & { readonly frequency: number } = {
  ratios: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
  frequency: 10,
};

export const trainingImageCount = 50_000;

/** Images of the test set that a run uses. */
export function testImageCount(config: BenchConfig): number {
  return Math.round((config.subset ?? trainingImageCount) / 5);
}

/**
 * What was asked for, completed by the defaults; `--quick`, `--iterative` and `--weights` have defaults of their own. A network that is
 * asked for by name and comes trained is taken as it comes, unless it is to be trained or loaded from elsewhere.
 */
export function completeConfig(given: Partial<BenchConfig>): BenchConfig {
  const isOpen = given.weights === undefined && given.epochs === undefined;
  const trained = isOpen && given.model !== undefined ? trainedWeights(given.model) : null;
  const weights = given.weights ?? trained;
  return {
    ...defaults,
    ...(given.quick ? quickDefaults : {}),
    ...(given.iterative ? iterativeDefaults : {}),
    ...(weights === null ? {} : { weights, epochs: 0 }),
    ...given,
  };
}
