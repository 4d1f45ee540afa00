/** What the pruning loop tells while it runs. */
import type { Plan } from "@secateur/surgery";
import type { TrainingEvent } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { Amounts } from "./budget.ts";

/** Where the loop stands after a removal: JSON. With the model and the optimiser's state it is a checkpoint. */
export interface PruneState {
  readonly epoch: number;
  /** Batches of the epoch that were used. */
  readonly batch: number;
  readonly step: number;
  readonly removals: number;
  /** Everything removed so far, for the original model. */
  readonly plan: Plan;
  /** Running scores of the units that are left, by group of the smaller model. */
  readonly scores: Readonly<Record<string, readonly number[]>>;
}

export type PruneEvent =
  | { readonly type: "step"; readonly step: number; readonly loss: number; readonly accuracy: number }
  | {
      readonly type: "removal";
      readonly removed: number;
      readonly left: Amounts;
      /** Valid until the next removal; the loop disposes it. */
      readonly model: tfl.LayersModel;
      /** Difference between smaller and silenced model, as `verifyPlan` gives it; null when it was not checked. */
      readonly relativeError: number | null;
      readonly state: PruneState;
    }
  | { readonly type: "fine-tune"; readonly training: TrainingEvent }
  | {
      readonly type: "done";
      /** The caller's to dispose. */
      readonly model: tfl.LayersModel;
      readonly plan: Plan;
      readonly left: Amounts;
    };
