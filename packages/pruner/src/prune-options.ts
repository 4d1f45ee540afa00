/** What the pruning loop can be told. */
import type { Criterion } from "@secateur/criteria";
import type { LayerRules } from "@secateur/dependency-graph";
import type { Batches, LossOption, Optimizer } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { Budget } from "./budget.ts";
import type { PruneState } from "./prune-event.ts";

export interface PruneSchedule {
  /** Minibatches between two removals. Default 30. */
  readonly frequency?: number;
  /** Units a removal. Default: a twentieth of all. */
  readonly unitsPerRemoval?: number;
  /** Share of the old score that stays at each removal. Default 0.9. */
  readonly scoreMomentum?: number;
  /** Epochs of training after the last removal. Default 0. */
  readonly fineTuneEpochs?: number;
  /** Channels that every layer keeps. Default 1. */
  readonly floor?: number;
  /** Which removals to compare with the silenced model. Default "always". */
  readonly check?: "always" | "first" | "never";
}

export interface PruneOptions {
  readonly criterion: Criterion;
  /** The batches of an epoch, in an order that the epoch's number decides; disposed after use. */
  readonly data: (epoch: number) => Batches;
  readonly budget: Budget;
  readonly schedule?: PruneSchedule;
  /** Default: SGD, learning rate 1e-3, momentum 0.9. Its state is cut along with the weights. */
  readonly optimizer?: Optimizer;
  /** Go on from a checkpoint: a removal's `state` and the model it left (copied). Restore the optimiser yourself. */
  readonly resume?: { readonly state: PruneState; readonly model: tfl.LayersModel };
  /** Default: softmax cross-entropy. A model of several outputs takes a list of one loss per output. */
  readonly loss?: LossOption;
  /** Rules for layer classes of your own, as in `buildDependencyGraph`. */
  readonly rules?: LayerRules;
  /** Decides what the criterion draws at random: labels and directions. Default 0. */
  readonly seed?: number;
  /** Receives the criterion's caveats, one sentence. Default: `console.warn`. */
  readonly onWarning?: (message: string) => void;
}
