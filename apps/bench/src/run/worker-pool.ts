/** Worker processes that share a queue of jobs; a job that is done may bring new ones. */
import { EventEmitter, once } from "node:events";
import type { Job, JobEvent, WorkerSetup } from "../compare/jobs/job.ts";
import type { Setting } from "../compare/jobs/trained-network.ts";
import { startWorker, type WorkerProcess } from "./worker-process.ts";

export interface Orders {
  readonly workerCount: number;
  readonly setup: WorkerSetup;
  readonly jobs: readonly Job[];
  readonly onEvent: (event: JobEvent, job: Job) => void;
  /** Jobs that can be done now that this one is. */
  readonly onDone: (job: Job) => readonly Job[];
  /** What a pruning job starts from. */
  readonly baselineOf: (seed: number) => Setting["baseline"] | null;
}

/** Rejects with the first failure; no worker is left running either way. */
export async function runJobs(orders: Orders): Promise<void> {
  if (orders.jobs.length === 0) return;
  const queue = [...orders.jobs];
  const changes = new EventEmitter().setMaxListeners(0);
  let running = 0;
  const serve = async (worker: WorkerProcess): Promise<void> => {
    await worker.ask({ type: "setup", setup: orders.setup }, () => undefined);
    while (queue.length > 0 || running > 0) {
      const job = queue.shift();
      if (job === undefined) {
        await once(changes, "done");
        continue;
      }
      running++;
      const baseline = job.kind === "prune" ? orders.baselineOf(job.seed) : null;
      await worker.ask({ type: "job", job, baseline }, (event) => orders.onEvent(event, job));
      running--;
      queue.push(...orders.onDone(job));
      changes.emit("done");
    }
  };
  const workers = Array.from({ length: orders.workerCount }, startWorker);
  try {
    await Promise.all(workers.map(serve));
  } finally {
    for (const worker of workers) worker.stop();
  }
}
