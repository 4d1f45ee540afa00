/** What an engine can do beyond tfjs's own interface. `useBackend` sets it, the operations and data-parallel read it. */
import type { SumReducer } from "@secateur/wasm-kernels";
import * as tf from "@tensorflow/tfjs-core";

/**
 * A pure function: its outputs depend only on its inputs' values and its own constants, and it reads no value into
 * JavaScript. Intermediate tensors are disposed for it; it does not dispose its inputs.
 */
export type TensorFunction = (inputs: readonly tf.Tensor[]) => readonly tf.Tensor[];

export interface EngineCapabilities {
  /** Returns a function with the same outputs, faster after some calls. */
  readonly compile?: (f: TensorFunction) => TensorFunction;
  /** Allocates about as many bytes as will be in use at a time. */
  readonly reserveMemory?: (bytes: number) => void;
  /** Sets the all-reduce of batch normalisation's sums on this thread; null removes it. */
  readonly setSumReducer?: (reduce: SumReducer | null) => void;
}

/** By tfjs's name of the backend: `tf.setBackend` may switch between engines that have been started. */
const byBackend = new Map<string, EngineCapabilities>();

export function setCapabilities(backendName: string, capabilities: EngineCapabilities): void {
  byBackend.set(backendName, capabilities);
}

/** Of the current backend; empty where `useBackend` has not started it. */
export function currentCapabilities(): EngineCapabilities {
  tf.backend();
  return byBackend.get(tf.getBackend()) ?? {};
}
