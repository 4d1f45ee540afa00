/** Wraps a worker thread in an async request/response interface. */
import type { Worker } from "node:worker_threads";
import { TrainingError } from "@secateur/training";
import { AbortedError, DataParallelError } from "./errors.ts";
import type { FromWorker, ShardResult, ShardTask, WorkerData } from "./worker-messages.ts";
import { runWorkerProgram } from "./worker-program.ts";

export interface WorkerThread {
  /** One task at a time. Rejects when the task fails or the worker ends. */
  readonly compute: (task: ShardTask) => Promise<ShardResult>;
  /** Terminates the thread, also during a task. */
  readonly stop: () => Promise<void>;
}

type Response = Exclude<FromWorker, { type: "failed" }>;

/** Resolves when the worker's engine is ready and its model is built. */
export async function startWorker(data: WorkerData): Promise<WorkerThread> {
  const worker = runWorkerProgram({ workerData: data });
  const nextResponse = listen(worker, data.index);
  try {
    await nextResponse();
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  return {
    async compute(task) {
      const response = nextResponse();
      worker.postMessage(task);
      const result = await response;
      if (result.type === "done") return result;
      throw new DataParallelError(`worker ${data.index} answered "${result.type}" to a task`);
    },
    async stop() {
      await worker.terminate();
    },
  };
}

/** @returns A function that resolves with the worker's next response, and rejects if that is a failure or the worker ends. */
function listen(worker: Worker, index: number): () => Promise<Response> {
  let ended: DataParallelError | null = null;
  let waiting: {
    readonly resolve: (response: Response) => void;
    readonly reject: (error: Error) => void;
  } | null = null;
  const end = (reason: string): void => {
    ended ??= new DataParallelError(
      `worker ${index} ended (${reason}): dispose this worker pool and start another`,
    );
    waiting?.reject(ended);
    waiting = null;
  };
  worker.on("message", (message: FromWorker) => {
    if (message.type === "failed") waiting?.reject(errorOf(message, index));
    else waiting?.resolve(message);
    waiting = null;
  });
  worker.on("error", (error) => end(error instanceof Error ? error.message : String(error)));
  worker.on("exit", (code) => end(`code ${code}`));
  return () =>
    new Promise((resolve, reject) => {
      if (ended === null) waiting = { resolve, reject };
      else reject(ended);
    });
}

/** Restores an error of a known class; other errors are wrapped, with the worker's index. */
function errorOf({ name, message }: Extract<FromWorker, { type: "failed" }>, index: number): Error {
  if (name === "AbortedError") return new AbortedError(message);
  if (name === "TrainingError") return new TrainingError(message);
  return new DataParallelError(`worker ${index} failed: ${message}`);
}
