/** What one-shot pruning and the pruning loop are asked for: the same options, and a schedule for the loop. */
import type { CompensateOptions, SwapOptions } from "@secateur/compensation";
import type { Criterion, Targets } from "@secateur/criteria";
import type { LayerRules } from "@secateur/dependency-graph";
import type { InputShape } from "@secateur/model-graph";
import type { Batches, LossOption, Mode, Optimizer, UnlabelledBatches } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { Budget, LatencyBudget } from "./budget.ts";
import type { Guard } from "./guard.ts";
import type { Selector } from "./jointly.ts";
import type { PruneState } from "./prune-event.ts";
import type { Recovery } from "./recovery.ts";
import type { Selection } from "./selection.ts";

/** The batches of an epoch, in an order that depends on the epoch's number alone; each is disposed after use. */
export type Data = Batches | ((epoch: number) => Batches);

/** How weights that remain are refitted; graph, rules and seed are those of the pruning. */
export type CompensateSettings = Omit<CompensateOptions, "graph" | "rules" | "seed"> & {
  /**
   * Whether units are swapped, within their group, for others that are easier to compensate: then the criterion decides how
   * many units of each group go. Default: true in one shot where a criterion scored the units; the loop does not swap.
   */
  readonly swapUnits?: boolean;
  /**
   * Whether the spread of the budget over the groups is found by five trials, as `selectByTrial`; for budgets in MACs,
   * parameters or bytes and scores of single units, in one shot. Default false: it takes five quick refits more.
   */
  readonly trials?: boolean;
  /** Called, in one shot and without trials, after every group whose units were swapped. */
  readonly onGroup?: SwapOptions["onGroup"];
};

/** As `Data`, of minibatches that may lack labels. */
export type UnlabelledData = UnlabelledBatches | ((epoch: number) => UnlabelledBatches);

export interface PruneOptions {
  /** Scores single units, or, in one shot, chooses a set of them: `jointly()`. */
  readonly criterion: Criterion | Selector;
  /**
   * The batches to score on; the loop also trains on them, and takes a function of the epoch where one is not enough. May
   * be omitted in one shot for criteria that observe nothing, such as `l2`.
   */
  readonly data?: UnlabelledData;
  /**
   * "own": scores on the network's own predictions, so that minibatches may be `{ xs }`, as `score` does; in one shot only.
   * Default "labels".
   */
  readonly targets?: Targets;
  /** A budget in latency, `{ latency: share }`, is met by measurement, as `selectByLatency`; in one shot only. */
  readonly budget: Budget | LatencyBudget;
  /** Which units may be removed. Default: all but one of every layer. */
  readonly selection?: Selection;
  /**
   * The sizes of the inputs without the batch, for instance `[224, 224, 3]`: MACs of a model with open sizes. Default: the
   * model's own; where they are open, MACs are null and budgets in MACs are refused.
   */
  readonly inputShape?: InputShape | undefined;
  /** Which removals to compare with the silenced model. Default "always". */
  readonly verify?: "always" | "first" | "never";
  /**
   * Whether, and how, the weights that remain are refitted on the inputs in `data` after a removal. Default: true in one
   * shot, false in the loop.
   */
  readonly compensate?: boolean | CompensateSettings;
  /** Batch normalisation while scoring: by the minibatch's statistics ("train") or moving averages ("eval"). Default "train". */
  readonly mode?: Mode;
  /** A list of one loss per output for several outputs. Default: cross-entropy behind softmax, binary cross-entropy behind sigmoid. */
  readonly loss?: LossOption | undefined;
  /**
   * Parts that each minibatch is computed in, as in `trainStep` and `score`: gradient accumulation, so that large minibatches fit
   * in memory. Default 1.
   */
  readonly microBatches?: number;
  /** Determines the criterion's random labels and directions, and the masks of dropout and noise. Default 0. */
  readonly seed?: number;
  /** Rules for your own layer classes, as in `buildDependencyGraph`. */
  readonly rules?: LayerRules;
  /** Receives the result's `warnings` as they arise, one sentence each. Default: `console.warn`. */
  readonly onWarning?: (message: string) => void;
}

export interface PruneSchedule {
  /** Minibatches between two removals. Default 30. */
  readonly frequency?: number;
  /** Minibatches before the first removal. Default: `frequency`. */
  readonly firstRemoval?: number;
  /** Units per removal. Default: a twentieth of all. */
  readonly unitsPerRemoval?: number;
  /** Fraction of the old score that stays at each removal, 0..1. Default 0.9. */
  readonly scoreMomentum?: number;
  /** Epochs of training after the last removal. Default 0. */
  readonly fineTuneEpochs?: number;
}

export interface PruneLoopOptions extends PruneOptions {
  readonly criterion: Criterion;
  readonly data?: Data;
  readonly budget: Budget;
  readonly schedule?: PruneSchedule;
  /** Default: SGD, learning rate 1e-3, momentum 0.9. Its state is cut along with the weights. */
  readonly optimizer?: Optimizer;
  /** Refuses removals that leave too little of a metric. Default: none is refused. */
  readonly guard?: Guard;
  /** How the epochs of `schedule.fineTuneEpochs` train. Default: as the loop does. */
  readonly recovery?: Recovery;
  /**
   * Continues from a checkpoint: a removal's `state` and the model that it left, which is copied. Restore the optimiser
   * yourself.
   */
  readonly resume?: { readonly state: PruneState; readonly model: tfl.LayersModel };
}
