/**
 * The threads of tfjs's wasm backend. tfjs sends its code to workers as the text of a function, which lacks its surroundings once
 * a bundler has minified it: the workers fail, and the start never ends. Their errors reach the page as uncaught error events.
 */
import * as tf from "@tensorflow/tfjs-core";
import { EngineStartError } from "./engine.ts";

/** The workers of the build with threads have failed. */
export class ThreadStartError extends EngineStartError {}

/** tfjs loads the build without threads from now on. The wasm package, which has the flag, must be imported. */
export function disableThreads(): void {
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
}

export interface ThreadWatch {
  /** Rejects with a `ThreadStartError` when a worker made from a blob has failed; never resolves. */
  readonly failure: Promise<never>;
  readonly stop: () => void;
}

export function watchThreads(): ThreadWatch {
  const target: Partial<EventTarget> = globalThis; // Node has no events there, and one thread
  const stopping = new AbortController();
  const failure = new Promise<never>((_, reject) => {
    const onError = (event: Event): void => {
      if (isWorkerFailure(event)) reject(new ThreadStartError("its threads do not start in this bundle"));
    };
    target.addEventListener?.("error", onError, { signal: stopping.signal });
  });
  failure.catch(() => undefined); // nobody may be waiting any more
  return { failure, stop: () => stopping.abort() };
}

/** emscripten throws the error event of a worker as it is. */
function isWorkerFailure(event: Event): boolean {
  const thrown: unknown = "error" in event ? event.error : null;
  if (typeof thrown !== "object" || thrown === null) return false;
  return "filename" in thrown && String(thrown.filename).startsWith("blob:");
}
