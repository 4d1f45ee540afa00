/** What pruning returns, and the events of the pruning loop. */
import type { CompensationReport } from "@secateur/compensation";
import type { Plan, Verification } from "@secateur/surgery";
import type { TrainingEvent, ValidationEvent } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { Amounts } from "./budget.ts";
import type { Breach } from "./guard.ts";
import type { MeasuredLatency } from "./select-by-latency.ts";

export interface PruneResult {
  /** The smaller model; the caller disposes it. */
  readonly model: tfl.LayersModel;
  /** Everything that was removed, for the original model. */
  readonly plan: Plan;
  readonly original: Amounts;
  readonly left: Amounts;
  /** Of all verified removals the one with the largest difference; null where none was verified. */
  readonly proof: Verification | null;
  /** How closely the refitted weights restore the outputs; null where nothing was refitted. */
  readonly compensation: CompensationReport | null;
  /** Milliseconds before and after, of the measurement that met a budget in latency; null for other budgets. */
  readonly latency: MeasuredLatency | null;
  /** What to know about the result, one sentence each: layers whose MACs are not counted, caveats of the criterion. */
  readonly warnings: readonly string[];
}

/** Where the loop is after a removal, as JSON. With the model and the optimiser's state it is a checkpoint. */
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
  /** Units per removal since the guard slowed the pruning; null if it has not. */
  readonly slowedTo: number | null;
}

export type PruneEvent =
  | { readonly type: "step"; readonly step: number; readonly loss: number; readonly accuracy: number }
  | {
      readonly type: "removal";
      /** Units removed now. */
      readonly removed: number;
      readonly left: Amounts;
      /** Valid until the next removal; the loop disposes it. */
      readonly model: tfl.LayersModel;
      /** Null where this removal was not verified. */
      readonly proof: Verification | null;
      /** Null where nothing was refitted. */
      readonly compensation: CompensationReport | null;
      /** The guard's metric of the model; null without a guard. */
      readonly metric: number | null;
      readonly state: PruneState;
    }
  /** A removal that the guard refused: model, optimiser and plan are as before it. */
  | (Breach & {
      readonly type: "breach";
      /** Units per removal from now on; null where the pruning ends. */
      readonly unitsPerRemoval: number | null;
    })
  | { readonly type: "fine-tune"; readonly training: TrainingEvent | ValidationEvent }
  | (PruneResult & {
      readonly type: "done";
      /** The refused removal that ended the pruning before its budget was met; null where it was met. */
      readonly stoppedBy: Breach | null;
    });
