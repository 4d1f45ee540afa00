/** One worker process, as a thing that can be asked. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { JobEvent } from "../compare/jobs/job.ts";
import type { FromWorker, ToWorker } from "../compare/jobs/worker.ts";

/** A job failed; its message is meant for people. */
export class JobError extends Error {
  override readonly name = "JobError";
}

export interface WorkerProcess {
  /** One request at a time. Rejects when the worker fails at it, or ends. */
  readonly ask: (message: ToWorker, onEvent: (event: JobEvent) => void) => Promise<void>;
  readonly stop: () => void;
}

export function startWorker(): WorkerProcess {
  const child = fork(fileURLToPath(new URL("../compare/jobs/worker.ts", import.meta.url)), {
    serialization: "advanced",
  });
  return {
    ask: (message, onEvent) =>
      new Promise((resolve, reject) => {
        const settle = (finish: () => void): void => {
          child.removeAllListeners();
          finish();
        };
        child.on("message", (answer: FromWorker) => {
          if (answer.type === "failed") settle(() => reject(failure(answer)));
          else if (answer.type === "event")
            attempt(
              () => onEvent(answer.event),
              (error) => settle(() => reject(error)),
            );
          else settle(resolve);
        });
        child.on("error", (error) => settle(() => reject(error)));
        child.on("exit", (code, signal) => settle(() => reject(ended(code, signal))));
        ensureRunning(child);
        child.send(message);
      }),
    stop: () => void child.kill("SIGKILL"),
  };
}

function ensureRunning(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null) throw ended(child.exitCode, child.signalCode);
}

const ended = (code: number | null, signal: string | null): JobError =>
  new JobError(`A worker process ended unexpectedly (${signal ?? `code ${code}`}). Go on with --resume.`);

function attempt(action: () => void, fail: (error: unknown) => void): void {
  try {
    action();
  } catch (error) {
    fail(error);
  }
}

function failure({ message, known, stack }: Extract<FromWorker, { type: "failed" }>): Error {
  if (known) return new JobError(message);
  const error = new Error(message);
  error.stack = stack;
  return error;
}
