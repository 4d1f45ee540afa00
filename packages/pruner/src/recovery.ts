/**
 * How a pruned model is fine-tuned: plain, or with the unpruned model as teacher (Hinton et al. 2015, arXiv 1503.02531), a
 * learning rate schedule, an average of the weights, and early stopping.
 */
import {
  checkLoss,
  type DistillationOptions,
  distillation,
  type KeepBestOptions,
  type LossOption,
  type Optimizer,
  type Schedule,
} from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import { checkFields, type Fields, requireCount, requireFunction, shown } from "./check-fields.ts";
import { PrunerError } from "./errors.ts";

export interface Recovery {
  /** Default: the optimiser of the loop, with its state. */
  readonly optimizer?: Optimizer;
  /** The learning rate over all epochs of the fine-tuning; needs `stepsPerEpoch`. Default: constant. */
  readonly schedule?: Schedule;
  /** Batches per epoch. Further batches of an epoch are not used. */
  readonly stepsPerEpoch?: number;
  /** Learns the outputs of the unpruned model: `distillation` with these options instead of `loss`. Default false. */
  readonly distill?: boolean | DistillationOptions;
  /** Decay of an exponential moving average of the weights, which the result has, 0..1. Default: no average. */
  readonly ema?: number;
  /** As in `keepBest`: the result has the best weights. Default: the last ones. */
  readonly earlyStopping?: Omit<KeepBestOptions, "average">;
}

/** One loss per output; null without distillation. */
export function distillationLoss(model: tfl.LayersModel, { distill = false }: Recovery): LossOption | null {
  if (distill === false) return null;
  const loss = distillation(distill === true ? {} : distill);
  return model.outputs.map(() => loss);
}

const fields: Fields<Recovery> = {
  optimizer: true,
  schedule: true,
  stepsPerEpoch: true,
  distill: true,
  ema: true,
  earlyStopping: true,
};
const distillFields: Fields<DistillationOptions> = {
  temperature: true,
  weight: true,
  labelSmoothing: true,
  fromLogits: true,
};
const stoppingFields: Fields<NonNullable<Recovery["earlyStopping"]>> = { metric: true, patience: true };

/** Throws `PrunerError` for fields that are not known, and for values outside their range. */
export function checkRecoveryFields(recovery: Recovery): void {
  checkFields("recovery", recovery, fields);
  const { ema = 0, earlyStopping, schedule, stepsPerEpoch, distill = false } = recovery;
  if (!(typeof ema === "number" && ema >= 0 && ema < 1))
    throw new PrunerError(`recovery.ema must be a number from 0 to below 1, not ${shown(ema)}`);
  requireFunction("recovery.schedule", schedule);
  if (stepsPerEpoch !== undefined) requireCount("recovery.stepsPerEpoch", stepsPerEpoch);
  if (schedule !== undefined && stepsPerEpoch === undefined)
    throw new PrunerError(
      "recovery.schedule needs recovery.stepsPerEpoch: pass the number of batches per epoch",
    );
  if (typeof distill !== "boolean") checkFields("recovery.distill", distill, distillFields);
  if (earlyStopping !== undefined) checkEarlyStopping(earlyStopping);
}

function checkEarlyStopping(earlyStopping: NonNullable<Recovery["earlyStopping"]>): void {
  checkFields("recovery.earlyStopping", earlyStopping, stoppingFields);
  const { metric, patience = 1 } = earlyStopping;
  if (typeof metric !== "function")
    throw new PrunerError(
      "recovery.earlyStopping.metric must be a function of the model that returns a number",
    );
  if (!(patience >= 1))
    throw new PrunerError(
      `recovery.earlyStopping.patience must be a number of at least 1, not ${shown(patience)}`,
    );
}

/** Throws `PrunerError`, or `TrainingError` for a distillation that does not fit the model, before any training. */
export function checkRecovery(model: tfl.LayersModel, recovery: Recovery, fineTuneEpochs: number): void {
  if (fineTuneEpochs === 0)
    throw new PrunerError("recovery needs epochs: pass schedule.fineTuneEpochs of at least 1");
  const loss = distillationLoss(model, recovery);
  if (loss !== null) checkLoss(model, loss);
}
