/** Makes a tfjs backend the current one, and checks that it computes correctly before anything else uses it. */
import * as tf from "@tensorflow/tfjs-core";
import { checkEngine } from "./check-engine.ts";
import { EngineStartError } from "./engine.ts";

export interface StartBackendOptions {
  /** Registers kernels; called when the backend has started, before it is checked. */
  readonly register?: () => void | Promise<void>;
  /** How long the backend may take to start. Default 30 seconds. */
  readonly timeoutMs?: number | undefined;
  /** Rejects when the start has failed without tfjs's notice. */
  readonly failure?: Promise<never>;
}

/**
 * @param backendName - tfjs's own name: `tensorflow`, `wasm`, `webgpu`, `cpu` …
 * @throws EngineStartError when the backend does not start or computes wrongly; the former backend stays, and another try
 *   starts afresh.
 */
export async function startBackend(
  backendName: string,
  { register = () => undefined, timeoutMs = 30_000, failure }: StartBackendOptions = {},
): Promise<void> {
  const former = tf.getBackend();
  try {
    const limit = timeout(timeoutMs);
    const races = [trySetBackend(backendName), limit.expired, ...(failure === undefined ? [] : [failure])];
    const isStarted = await Promise.race(races).finally(limit.clear);
    if (!isStarted) throw new EngineStartError(`tfjs could not initialise its "${backendName}" backend here`);
    await register();
    if (tf.getBackend() !== backendName) {
      throw new EngineStartError(`tfjs switched to "${tf.getBackend()}" instead`);
    }
    await checkEngine();
  } catch (error) {
    const hasFormer = typeof former === "string"; // tfjs has null as well as undefined for none
    forget(backendName, !hasFormer);
    if (hasFormer && former !== backendName) await trySetBackend(former);
    throw error;
  }
}

async function trySetBackend(backendName: string): Promise<boolean> {
  try {
    return await tf.setBackend(backendName);
  } catch {
    return false;
  }
}

function timeout(ms: number): { readonly expired: Promise<never>; readonly clear: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new EngineStartError(`it did not start within ${ms / 1000} s`)), ms);
  });
  return { expired, clear: () => clearTimeout(timer) };
}

/**
 * Takes a backend that has not started, or one that must not stay the current one, out of tfjs and leaves only its factory.
 * While a start is pending, tfjs runs nothing on any backend.
 */
function forget(backendName: string, isRefused: boolean): void {
  const { backendName: current, registry, registryFactory } = tf.engine();
  const entry = registryFactory[backendName];
  if (current !== backendName || entry === undefined || (backendName in registry && !isRefused)) return;
  tf.removeBackend(backendName);
  tf.registerBackend(backendName, entry.factory, entry.priority);
}
