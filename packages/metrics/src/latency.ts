/** Measures the latency of models on the current engine, in turns, so that a busy machine slows all of them alike. */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";

export interface LatencyOptions {
  /** The batch size. Default 32. */
  readonly batch?: number;
  /** Timed runs of each model. Default 7. */
  readonly repeats?: number;
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
 * Runs the model on zeros, after a warm-up; open sizes are 32. The time includes reading the outputs, because some engines
 * compute asynchronously.
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
  { batch = 32, repeats = 7, onRun = () => undefined }: LatencyOptions = {},
): Promise<readonly Latency[]> {
  const times = models.map((): number[] => []);
  for (let i = 0; i <= repeats; i++) {
    for (const [j, model] of models.entries()) {
      const ms = await timeOnce(model, batch);
      if (i === 0) continue; // the first run is the warm-up
      times[j]?.push(ms);
      onRun();
    }
  }
  return times.map((each) => summary(each, batch));
}

async function timeOnce(model: tfl.LayersModel, batch: number): Promise<number> {
  const inputs = model.inputs.map(({ shape }) =>
    tf.zeros([batch, ...shape.slice(1).map((size) => size ?? 32)]),
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
