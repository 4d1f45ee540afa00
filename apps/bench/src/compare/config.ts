/**
 * What one run does that trains, prunes and compares, whatever the data. Where the run's files lie (`--out`) and whether
 * it goes on (`--resume`) are not part of it.
 */
import type { Comparison } from "../inputs/input-settings.ts";

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
  /** Absolute path of a file with the names of all classes, where `data` has only some of them. */
  readonly classes: string | null;
  /** Training images used; the test set is cut in proportion. Null is all. */
  readonly subset: number | null;
  readonly quick: boolean;
}

/** What is the default whatever the data. */
export const commonDefaults: Omit<BenchConfig, "model" | "ratios" | "epochs" | "finetune" | "seeds"> = {
  weights: null,
  criteria: ["random", "l1", "l2", "taylor-weight", "taylor-gate"],
  criterion: [],
  budget: "units",
  iterative: false,
  frequency: null,
  "per-removal": null,
  engine: "auto",
  workers: 1,
  data: null,
  classes: null,
  subset: null,
  quick: false,
};
