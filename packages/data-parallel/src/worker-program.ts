/** Starts the worker program in a new thread: from the TypeScript sources during development, else from the build. */
import { Worker, type WorkerOptions } from "node:worker_threads";

export function runWorkerProgram(options: WorkerOptions): Worker {
  const isSource = import.meta.url.endsWith(".ts");
  const program = new URL(isSource ? "./worker-from-source.mjs" : "./worker.js", import.meta.url);
  return new Worker(program, {
    ...options,
    ...(isSource && { execArgv: ["--conditions=@secateur/source"] }),
  });
}
