/** A fixed number of worker processes that share a queue of requests and the cores. */
import { availableParallelism } from "node:os";
import pLimit from "p-limit";
import { startWorker } from "./worker-process.ts";

export interface WorkerPool<Request, Event> {
  /** Waits for an idle worker. Rejects when the request fails. */
  readonly run: (request: Request, onEvent: (event: Event) => void) => Promise<void>;
  /** Ends all workers, whatever they do. */
  readonly stop: () => void;
}

/**
 * @param workerUrl - Of a module that calls `serveRequests`.
 * @param setup - The first request of every worker.
 */
export function startWorkerPool<Request extends object, Event>(
  workerUrl: URL,
  workerCount: number,
  setup: Request,
): WorkerPool<Request, Event> {
  const threads = Math.max(1, Math.floor(availableParallelism() / workerCount));
  const idle = Array.from({ length: workerCount }, () => {
    const worker = startWorker<Request, Event>(workerUrl, threads);
    const ready = worker.request(setup, () => undefined);
    ready.catch(() => undefined); // reported by the worker's first request
    return { ...worker, ready };
  });
  const all = [...idle];
  const limit = pLimit(workerCount);
  return {
    run: (request, onEvent) =>
      limit(async () => {
        const worker = idle.shift();
        if (worker === undefined) throw new Error("more requests at a time than workers");
        await worker.ready;
        await worker.request(request, onEvent);
        idle.push(worker);
      }),
    stop: () => {
      limit.clearQueue();
      for (const { stop } of all) stop();
    },
  };
}
