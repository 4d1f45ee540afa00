/** The guard of the pruning loop: refuses a removal that leaves too little of a metric, for instance of the accuracy. */
import type { ModelMetric } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import { PrunerError } from "./errors.ts";

export interface Guard {
  /**
   * Measured on the model that a removal leaves, before it trains; higher is better. It must neither change nor dispose the
   * model. NaN refuses the removal, as every value below `atLeast` does.
   */
  readonly metric: ModelMetric;
  /** The smallest value that a removal may leave. */
  readonly atLeast: number;
  /**
   * After a removal that is not made: end the pruning ("stop"), or halve the units per removal and go on ("slow"), which ends
   * the pruning as well where a single unit was too much. Default "stop".
   */
  readonly onBreach?: "stop" | "slow";
}

/** A removal that was not made. */
export interface Breach {
  /** The metric of the model that the removal would have left; may be NaN. */
  readonly value: number;
  readonly atLeast: number;
  /** Units that would have been removed. */
  readonly units: number;
}

/** The guard's metric, null without a guard. Throws `PrunerError` for a value that is not a number. */
export async function guardedValue(guard: Guard | undefined, model: tfl.LayersModel): Promise<number | null> {
  const value: unknown = guard === undefined ? null : await guard.metric(model);
  if (value === null && guard === undefined) return null;
  if (typeof value === "number") return value;
  throw new PrunerError(`guard.metric returned ${String(value)}: it must return a number, higher for better`);
}
