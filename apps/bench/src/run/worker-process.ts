/**
 * The parent's side of a worker process: sends a request, receives its events, and resolves when it is done. The other
 * side is `serve-requests.ts`.
 */
import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { SecateurError } from "@secateur/base";
import type { WorkerMessage } from "./serve-requests.ts";

/** An expected failure inside a worker process, with the code of the original error. */
export class WorkerError extends SecateurError {
  override readonly name = "WorkerError";
  override readonly code: string;

  constructor(message: string, code = "WORKER") {
    super(message);
    this.code = code;
  }
}

export interface WorkerProcess<Request, Event> {
  /** One request at a time. Rejects when the request fails or the process ends. */
  readonly request: (request: Request, onEvent: (event: Event) => void) => Promise<void>;
  readonly stop: () => void;
}

/**
 * @param workerUrl - Of a module that calls `serveRequests`.
 * @param threads - Of TensorFlow, where it runs there, unless the environment says how many. Default: one per core.
 */
export function startWorker<Request extends object, Event>(
  workerUrl: URL,
  threads: number = availableParallelism(),
): WorkerProcess<Request, Event> {
  const env = { TF_NUM_INTRAOP_THREADS: String(threads), ...process.env };
  const child = fork(fileURLToPath(workerUrl), { serialization: "advanced", env });
  return {
    request: (request, onEvent) =>
      new Promise((resolve, reject) => {
        const settle = (finish: () => void): void => {
          child.removeAllListeners();
          finish();
        };
        child.on("message", (message: WorkerMessage<Event>) => {
          if (message.type === "failed") settle(() => reject(failure(message)));
          else if (message.type === "event")
            attempt(
              () => onEvent(message.event),
              (error) => settle(() => reject(error)),
            );
          else settle(resolve);
        });
        child.on("error", (error) => settle(() => reject(error)));
        child.on("exit", (code, signal) => settle(() => reject(ended(code, signal))));
        ensureRunning(child);
        child.send(request);
      }),
    stop: () => void child.kill("SIGKILL"),
  };
}

function ensureRunning(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null) throw ended(child.exitCode, child.signalCode);
}

function ended(code: number | null, signal: string | null): WorkerError {
  return new WorkerError(
    `A worker process ended unexpectedly (${signal ?? `code ${code}`}). Continue with --resume.`,
  );
}

function attempt(action: () => void, fail: (error: unknown) => void): void {
  try {
    action();
  } catch (error) {
    fail(error);
  }
}

function failure(message: Extract<WorkerMessage<unknown>, { type: "failed" }>): Error {
  const { text, code, isExpected, stack } = message;
  if (isExpected) return new WorkerError(text, code);
  return Object.assign(new Error(text), { stack, ...(code === undefined ? {} : { code }) });
}
