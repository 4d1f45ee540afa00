/**
 * `#keras-thread` in Node: reads Keras files in a thread, which can be stopped where h5wasm never returns. A thread is kept
 * for the next file for a second, and does not keep the process alive. A program that is bundled without this package's files
 * has no such thread and reads as browsers do.
 */
import { once } from "node:events";
import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { ModelFileError } from "../../errors.ts";
import { type KerasContent, type KerasFile, readKerasContent } from "../keras-content.ts";
import type { Answer } from "./program.ts";

const idleMs = 1_000;

/** From the TypeScript sources during development, else from the build. */
const isSource: boolean = import.meta.url.endsWith(".ts");
const program = new URL(isSource ? "./program-from-source.mjs" : "./program.js", import.meta.url);
const sourceOptions = { execArgv: ["--conditions=@secateur/source"] };

let idle: { readonly worker: Worker; readonly timer: NodeJS.Timeout } | undefined;

/** @throws ModelFileError for a damaged file, or one that takes longer than `timeoutMs` once the thread runs. */
export async function readInThread(file: KerasFile, timeoutMs: number): Promise<KerasContent> {
  if (!existsSync(program)) return await readKerasContent(file);
  const worker = takeIdle() ?? (await startThread());
  const answer = await answerOf(worker, file, timeoutMs);
  if ("problem" in answer && answer.isBroken) void worker.terminate();
  else keep(worker);
  if ("content" in answer) return answer.content;
  throw new ModelFileError(answer.problem);
}

function answerOf(worker: Worker, file: KerasFile, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(timer);
      for (const event of ["message", "error", "exit"]) worker.removeAllListeners(event);
    };
    const fail = (problem: string): void => {
      settle();
      worker.on("error", () => undefined); // of a thread that has ended
      void worker.terminate();
      reject(new ModelFileError(problem));
    };
    const timer = setTimeout(
      () => fail(`"${file.name}" is damaged: its HDF5 file could not be read within ${timeoutMs} ms`),
      timeoutMs,
    );
    worker.on("message", (answer: Answer) => {
      settle();
      resolve(answer);
    });
    worker.on("error", (error) => fail(`"${file.name}" cannot be read: ${String(error)}`));
    worker.on("exit", () => fail(`"${file.name}" cannot be read: the thread that reads it has ended`));
    worker.ref();
    const hdf5 = new Uint8Array(file.hdf5); // a view, and the caller's
    worker.postMessage({ ...file, hdf5 }, [hdf5.buffer]);
  });
}

async function startThread(): Promise<Worker> {
  const worker = new Worker(program, isSource ? sourceOptions : {});
  await once(worker, "message"); // or an error
  return worker;
}

function takeIdle(): Worker | undefined {
  const taken = idle;
  idle = undefined;
  clearTimeout(taken?.timer);
  return taken?.worker;
}

/** For the next file, unless another thread is kept already. */
function keep(worker: Worker): void {
  worker.unref();
  if (idle !== undefined) {
    void worker.terminate();
    return;
  }
  const timer = setTimeout(() => {
    idle = undefined;
    void worker.terminate();
  }, idleMs);
  idle = { worker, timer: timer.unref() };
}
