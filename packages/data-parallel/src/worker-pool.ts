/** A pool of worker threads that train one model: each computes a shard of every minibatch on its own wasm engine. */
import { availableParallelism } from "node:os";
import { disposeBatch } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type AllReduce, abortAllReduce, createAllReduce } from "./all-reduce.ts";
import { DataParallelError } from "./errors.ts";
import { type PoolStep, poolStep } from "./pool-step.ts";
import { sharedFloats } from "./shared-floats.ts";
import { layoutSize, weightLayout } from "./weight-layout.ts";
import type { Statistics, WorkerData } from "./worker-messages.ts";
import { startWorker, type WorkerThread } from "./worker-thread.ts";

export interface WorkerPoolOptions {
  /** The number of threads. Default: the available parallelism of the machine. */
  readonly workers?: number;
  /** The statistics of batch normalisation: of the whole minibatch, or of each worker's shard. Default "synchronized". */
  readonly statistics?: Statistics;
  /** URLs of modules that register custom layer classes; every worker imports them. Default none. */
  readonly modules?: readonly string[];
  /** How long a worker waits for the others in synchronised batch normalisation. Default 10 minutes. */
  readonly timeoutMs?: number;
}

export interface WorkerPool {
  readonly workers: number;
  /**
   * As `trainStep` of @secateur/training: updates weights and moving averages once and disposes the batch. Pass it to
   * `fit` as `takeStep`. One step at a time.
   *
   * @throws NonFiniteLossError and TrainingError, as `trainStep`; DataParallelError when a worker fails. The model is then
   *   unchanged.
   */
  readonly trainStep: PoolStep;
  /** Terminates the threads; a running step rejects. Without it the process does not exit. */
  readonly dispose: () => Promise<void>;
}

/**
 * Starts worker threads for a model. Between steps weights may change and layers may be frozen or unfrozen; after a change
 * of the topology, start another pool. Each worker samples its own dropout masks.
 *
 * @throws DataParallelError when a worker cannot start.
 *
 * @example
 * const pool = await startWorkerPool(model, { workers: 2 });
 * for await (const event of fit(model, data, { epochs: 10, optimizer, takeStep: pool.trainStep })) console.log(event);
 * await pool.dispose();
 */
export async function startWorkerPool(
  model: tfl.LayersModel,
  options: WorkerPoolOptions = {},
): Promise<WorkerPool> {
  const { workers = availableParallelism() } = options;
  if (!Number.isInteger(workers) || workers < 1) {
    throw new DataParallelError(`workers must be a whole number, 1 or more, not ${workers}`);
  }
  const layout = weightLayout(model);
  const weights = sharedFloats(layoutSize(layout));
  const allReduce = createAllReduce(workers);
  const data = workersData(model, { ...options, workers }, { layout, weights, allReduce });
  const threads = await startAll(data);
  const buffers = data.map(({ results }) => results);
  return guarded(allReduce, threads, poolStep(model, { layout, weights, allReduce, threads, buffers }));
}

function workersData(
  model: tfl.LayersModel,
  {
    workers,
    statistics = "synchronized",
    modules = [],
    timeoutMs = 600_000,
  }: WorkerPoolOptions & { workers: number },
  common: Pick<WorkerData, "layout" | "weights" | "allReduce">,
): readonly WorkerData[] {
  const topology = JSON.stringify(model.toJSON(undefined, false));
  return Array.from({ length: workers }, (_, index) => {
    const results = sharedFloats(common.weights.length);
    return { index, topology, modules, statistics, timeoutMs, ...common, results };
  });
}

/** If one worker fails to start, the others are stopped. */
async function startAll(data: readonly WorkerData[]): Promise<readonly WorkerThread[]> {
  const started = await Promise.allSettled(data.map(startWorker));
  const threads = started.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
  const failed = started.find((start) => start.status === "rejected");
  if (failed === undefined) return threads;
  await Promise.all(threads.map(({ stop }) => stop()));
  throw failed.reason;
}

/** Refuses a second step at the same time, and steps after `dispose`. */
function guarded(allReduce: AllReduce, threads: readonly WorkerThread[], step: PoolStep): WorkerPool {
  let state: "idle" | "busy" | "disposed" = "idle";
  return {
    workers: threads.length,
    async trainStep(optimizer, batch, options) {
      if (state !== "idle") {
        disposeBatch(batch);
        const problem = state === "busy" ? "is busy: await the previous step" : "is disposed: start another";
        throw new DataParallelError(`the worker pool ${problem}`);
      }
      state = "busy";
      try {
        return await step(optimizer, batch, options);
      } finally {
        if (state === "busy") state = "idle";
      }
    },
    async dispose() {
      state = "disposed";
      abortAllReduce(allReduce);
      await Promise.all(threads.map(({ stop }) => stop()));
    },
  };
}
