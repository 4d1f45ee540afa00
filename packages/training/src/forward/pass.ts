/** The settings of one forward pass: mode, dropout and hooks. */
import type * as tf from "@tensorflow/tfjs-core";
import type { BatchStatistics } from "./batch-normalization.ts";
import type { FinalActivations } from "./final-activation.ts";

/** Batch normalisation by the minibatch's statistics ("train") or by moving averages ("eval"). */
export type Mode = "train" | "eval";

/**
 * By layer path: receives a tensor and returns its replacement, of the same shape. The pass disposes both after the last
 * layer that reads them: `tf.keep` a tensor that is used later.
 */
export type Hooks = Readonly<Record<string, (tensor: tf.Tensor) => tf.Tensor>>;

/** A layer may be called "toString". */
export function hookAt(hooks: Hooks, path: string): Hooks[string] | undefined {
  return Object.hasOwn(hooks, path) ? hooks[path] : undefined;
}

/** Whether a batch normalisation uses the minibatch's statistics. */
export function usesBatch({ mode, frozen }: Pass, path: string): boolean {
  return mode === "train" && frozen?.has(path) !== true;
}

export interface Pass {
  readonly mode: Mode;
  /** Random layers (dropout, noise) act. */
  readonly dropout: boolean;
  /** Paths of batch normalisations that use their moving averages also in mode "train". Default none. */
  readonly frozen?: ReadonlySet<string>;
  /** Hooks on layers' outputs. */
  readonly outputHooks: Hooks;
  /** Hooks on layers' inputs; other layers that read the same tensor are not affected. */
  readonly inputHooks: Hooks;
  /** Final activations to omit. */
  readonly finalActivations: FinalActivations;
  /** Called with the statistics of every call of batch normalisation, in mode "train". */
  readonly onStatistics?: (statistics: BatchStatistics) => void;
}
