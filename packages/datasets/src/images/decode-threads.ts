/**
 * Worker threads that decode and resample images, started with the first image and shared by all data sets. They go on
 * while an engine computes in the main thread, and do not keep the process alive.
 */
import { availableParallelism } from "node:os";
import process from "node:process";
import { Worker } from "node:worker_threads";
import { DatasetError } from "../errors.ts";
import type { DecodedImage, DecodeTask } from "./decode-thread.ts";
import type { ViewRequest } from "./view-pixels.ts";

interface Waiting {
  readonly resolve: (pixels: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  /** By task id. */
  readonly waiting: Map<number, Waiting>;
}

const threads: Thread[] = [];
let lastId = 0;

/** sharp decodes in libuv's threads, of which there are 4 by default: more workers would wait for them. */
const threadCount = (): number =>
  Math.max(1, Math.min(availableParallelism(), Number(process.env["UV_THREADPOOL_SIZE"]) || 4));

/**
 * @returns [window.height, window.width, 3]
 * @throws Error with the reason as its message where the image cannot be decoded; DatasetError where a thread ends.
 */
export function decodeInThread(request: ViewRequest): Promise<Uint8Array> {
  const thread = idlestThread();
  const id = ++lastId;
  return new Promise((resolve, reject) => {
    if (thread.waiting.size === 0) thread.worker.ref();
    thread.waiting.set(id, { resolve, reject });
    const task: DecodeTask = { ...request, id };
    thread.worker.postMessage(task);
  });
}

function idlestThread(): Thread {
  if (threads.length < threadCount()) {
    const started = startThread();
    threads.push(started);
    return started;
  }
  return threads.reduce((best, each) => (each.waiting.size < best.waiting.size ? each : best));
}

function startThread(): Thread {
  const thread: Thread = { worker: runProgram(), waiting: new Map() };
  const { worker, waiting } = thread;
  const end = (reason: string): void => {
    const at = threads.indexOf(thread);
    if (at >= 0) threads.splice(at, 1);
    for (const { reject } of waiting.values())
      reject(new DatasetError(`the thread that decodes images ended (${reason}); run the program again`));
    waiting.clear();
  };
  worker.on("message", ({ id, pixels, reason }: DecodedImage) => {
    const task = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
    if (pixels === null) task?.reject(new Error(reason));
    else task?.resolve(pixels);
  });
  worker.on("error", (error) => end(error instanceof Error ? error.message : String(error)));
  worker.on("exit", (code) => end(`code ${code}`));
  worker.unref();
  return thread;
}

/** From the TypeScript sources during development, else from the build. */
function runProgram(): Worker {
  const isSource = import.meta.url.endsWith(".ts");
  const program = new URL(
    isSource ? "./decode-thread-from-source.mjs" : "./decode-thread.js",
    import.meta.url,
  );
  return new Worker(program, isSource ? { execArgv: ["--conditions=@secateur/source"] } : {});
}
