/** Where a worker's program is, and how it is run. */
import { Worker, type WorkerOptions } from "node:worker_threads";

/** A new thread that runs it: from its sources in tests and benchmarks, else as it was built. */
export function runWorkerProgram(options: WorkerOptions): Worker {
  const isSource = import.meta.url.endsWith(".ts");
  const program = new URL(isSource ? "./worker-from-source.mjs" : "./worker.js", import.meta.url);
  return new Worker(program, {
    ...options,
    ...(isSource && { execArgv: ["--conditions=@secateur/source"] }),
  });
}
