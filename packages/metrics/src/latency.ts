/** Measures the latency of a model on the current engine: the median of several runs, after a warm-up. */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";

export interface LatencyOptions {
  /** The batch size. Default 32. */
  readonly batch?: number;
  /** Timed runs. Default 7. */
  readonly repeats?: number;
}

export interface Latency {
  /** Milliseconds per batch. */
  readonly medianMs: number;
  readonly perImageMs: number;
  readonly batch: number;
}

/**
 * Runs the model on zeros; open sizes are 32. The time includes reading the outputs, because some engines compute
 * asynchronously.
 *
 * @example const { medianMs } = await measureLatency(model, { batch: 8 });
 */
export async function measureLatency(
  model: tfl.LayersModel,
  { batch = 32, repeats = 7 }: LatencyOptions = {},
): Promise<Latency> {
  const inputs = model.inputs.map(({ shape }) =>
    tf.zeros([batch, ...shape.slice(1).map((size) => size ?? 32)]),
  );
  const times: number[] = [];
  for (let i = 0; i <= repeats; i++) {
    const start = performance.now();
    const outputs = [model.predict(inputs, { batchSize: batch })].flat();
    await Promise.all(outputs.map((output) => output.data()));
    if (i > 0) times.push(performance.now() - start); // the first run is the warm-up
    tf.dispose(outputs);
  }
  tf.dispose(inputs);
  const medianMs = times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
  return { medianMs, perImageMs: medianMs / batch, batch };
}
