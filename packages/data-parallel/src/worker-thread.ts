/** One worker thread, as a thing that can be asked. */
import type { Worker } from "node:worker_threads";
import { TrainingError } from "@secateur/training";
import { AbandonedError, TeamError } from "./errors.ts";
import type { FromWorker, PartResult, PartTask, WorkerData } from "./worker-data.ts";
import { runWorkerProgram } from "./worker-program.ts";

export interface WorkerThread {
  /** One task at a time. Rejects when the worker fails at it, or ends. */
  readonly ask: (task: PartTask) => Promise<PartResult>;
  /** Ends it, whatever it is at. */
  readonly stop: () => Promise<void>;
}

type Answer = Exclude<FromWorker, { type: "failed" }>;

/** Resolves when its engine runs and its model is built. */
export async function startWorker(data: WorkerData): Promise<WorkerThread> {
  const worker = runWorkerProgram({ workerData: data });
  const nextAnswer = listen(worker, data.index);
  try {
    await nextAnswer();
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  return {
    async ask(task) {
      const answer = nextAnswer();
      worker.postMessage(task);
      const result = await answer;
      if (result.type === "done") return result;
      throw new TeamError(`worker ${data.index} answered "${result.type}" to a task`);
    },
    async stop() {
      await worker.terminate();
    },
  };
}

/** @returns gives the worker's next answer; rejects when it is a failure, and as soon as the worker has ended. */
function listen(worker: Worker, index: number): () => Promise<Answer> {
  let ended: TeamError | null = null;
  let waiting: {
    readonly resolve: (answer: Answer) => void;
    readonly reject: (error: Error) => void;
  } | null = null;
  const end = (reason: string): void => {
    ended ??= new TeamError(`worker ${index} ended (${reason}); dispose this team and start another`);
    waiting?.reject(ended);
    waiting = null;
  };
  worker.on("message", (answer: FromWorker) => {
    if (answer.type === "failed") waiting?.reject(failure(answer, index));
    else waiting?.resolve(answer);
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

/** What one process would throw, where it is known; else what happened and where. */
function failure({ name, message }: Extract<FromWorker, { type: "failed" }>, index: number): Error {
  if (name === "AbandonedError") return new AbandonedError(message);
  if (name === "TrainingError") return new TrainingError(message);
  return new TeamError(`worker ${index} failed: ${message}`);
}
