/** The settings of a run that trains, prunes and compares. `--out` and `--resume` are not settings. */
import type { ImageSettings } from "../inputs/batch-source.ts";
import type { InputSettings } from "../inputs/input-settings.ts";
import type { BudgetName } from "./budget.ts";

export interface CompareConfig extends Omit<InputSettings, "model">, ImageSettings {
  /** Absolute path of a file with trained weights; null trains the network first. */
  readonly weights: string | null;
  /** Shares to remove, between 0 and 1, ascending. */
  readonly ratios: readonly number[];
  readonly budget: BudgetName;
  /** Prune during training, through all ratios in one run of the loop, instead of each ratio in one shot. */
  readonly iterative: boolean;
  /** Minibatches between two removals; null without `iterative`. */
  readonly frequency: number | null;
  /** Units per removal; null is 2 % of all. */
  readonly "per-removal": number | null;
  /** Refit the remaining weights after pruning, without labels or training; fine-tuning starts from there. */
  readonly compensate: boolean;
  /** With `iterative`: refit the remaining weights after every removal, on the images since the last one. */
  readonly "repair-removals": boolean;
  /** Epochs of training before pruning. */
  readonly epochs: number;
  /** Epochs of fine-tuning after pruning (iterative: after the last ratio); may be a fraction, 0 is none. */
  readonly finetune: number;
  /** Fine-tune with the unpruned network as teacher. */
  readonly distill: boolean;
  /** The run is repeated with the seeds 0, 1, … seeds - 1. */
  readonly seeds: number;
  /** Threads that share every minibatch of one network, on the wasm engine. */
  readonly workers: number;
  readonly quick: boolean;
}

/** The defaults for every data set. */
export const commonDefaults: Omit<CompareConfig, "model" | "ratios" | "epochs" | "finetune" | "seeds"> = {
  weights: null,
  criteria: ["random", "l1", "l2", "taylor-weight", "taylor-gate"],
  criterion: [],
  budget: "units",
  iterative: false,
  frequency: null,
  "per-removal": null,
  "repair-removals": false,
  compensate: true,
  distill: false,
  engine: "auto",
  workers: 1,
  network: null,
  preprocess: null,
  data: null,
  classes: null,
  subset: null,
  decode: "exact",
  quick: false,
};
