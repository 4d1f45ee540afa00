/** Measures the latency of models on the current engine, in turns, so that a busy machine slows all of them alike. */
import { type InputShape, inputSizes } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { MetricsError } from "./errors.ts";

export interface LatencyOptions {
  /** The batch size. Default 32. */
  readonly batch?: number;
  /** Timed runs of each model. Default 7. */
  readonly repeats?: number;
  /** The sizes of the inputs without the batch. Default: the model's, 32 where they are open. */
  readonly inputShape?: InputShape | undefined;
  /** Called after every timed run. */
  readonly onRun?: () => void;
}

export interface Latency {
  /** Milliseconds per batch. */
  readonly medianMs: number;
  readonly perImageMs: number;
  /** The quartiles of the milliseconds per batch: half of the runs lie between them. */
  readonly spreadMs: readonly [low: number, high: number];
  readonly batch: number;
}

/**
 * Runs the model on zeros, after a warm-up. The time includes reading the outputs, because some engines
 * compute asynchronously.
 *
 * @throws MetricsError for a batch or a number of runs below 1.
 *
 * @example const { medianMs } = await measureLatency(model, { batch: 8 });
 */
export async function measureLatency(model: tfl.LayersModel, options: LatencyOptions = {}): Promise<Latency> {
  const [latency] = await measureLatencies([model], options);
  return latency as Latency;
}

/**
 * As `measureLatency`, for several models that take turns: one run of each, then the next run of each.
 *
 * @returns One latency per model.
 *
 * @example const [before, after] = await measureLatencies([model, smaller], { batch: 1 });
 */
export async function measureLatencies(
  models: readonly tfl.LayersModel[],
  { batch = 32, repeats = 7, inputShape, onRun = () => undefined }: LatencyOptions = {},
): Promise<readonly Latency[]> {
  for (const [name, value] of Object.entries({ batch, repeats }))
    if (!Number.isInteger(value) || value < 1)
      throw new MetricsError(`${name} must be a whole number of at least 1, not ${value}`);
  const times = models.map((): number[] => []);
  for (let i = 0; i <= repeats; i++) {
    for (const [j, model] of models.entries()) {
      const ms = await timeOnce(model, batch, inputShape);
      if (i === 0) continue; // the first run is the warm-up
      times[j]?.push(ms);
      onRun();
    }
  }
  return times.map((each) => summary(each, batch));
}

async function timeOnce(
  model: tfl.LayersModel,
  batch: number,
  inputShape: InputShape | undefined,
): Promise<number> {
  const given = inputShape === undefined ? null : inputSizes(model, inputShape);
  const inputs = model.inputs.map(({ shape }, i) =>
    tf.zeros([batch, ...(given?.[i] ?? shape.slice(1).map((size) => size ?? 32))]),
  );
  const start = performance.now();
  const outputs = [model.predict(inputs, { batchSize: batch })].flat();
  await Promise.all(outputs.map((output) => output.data()));
  const ms = performance.now() - start;
  tf.dispose([...inputs, ...outputs]);
  return ms;
}

function summary(times: number[], batch: number): Latency {
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? Number.NaN;
  return {
    medianMs: at(0.5),
    perImageMs: at(0.5) / batch,
    spreadMs: [at(0.25), at(0.75)],
    batch,
  };
}
