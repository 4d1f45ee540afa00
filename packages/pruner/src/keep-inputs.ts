/** Keeps the inputs of minibatches that are disposed after use, for the refit after a removal. */
import { collectSamples, sampleLimit } from "@secateur/compensation";
import { type InputShape, ModelGraphError } from "@secateur/model-graph";
import { batchSize, inputsOf, type UnlabelledBatch } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { CompensateSettings, PruneOptions } from "./prune-options.ts";

/** Inputs that are kept; the tensors share their memory with the minibatches. */
export interface KeptInputs {
  /** Keeps the inputs of a minibatch, unless there are enough. */
  readonly add: (batch: UnlabelledBatch) => void;
  /** Yields the batches and adds each. */
  readonly keep: <B extends UnlabelledBatch>(batches: Iterable<B> | AsyncIterable<B>) => AsyncGenerator<B>;
  /** The kept inputs, which the caller disposes from then on. */
  readonly take: () => { readonly xs: tf.Tensor[] }[];
  /** The number of examples that are kept. */
  readonly count: () => number;
  /** Whether no more inputs are kept; false before the first minibatch. */
  readonly isFull: () => boolean;
  /** The sizes of the inputs of the last minibatch, without the batch axis; undefined before the first. */
  readonly inputShape: () => InputShape | undefined;
  /** Checks and cuts what is kept once for all steps that read it. */
  readonly collect: (model: tfl.LayersModel) => Promise<void>;
  /** The kept inputs again, which stay kept; the caller disposes the result. */
  readonly copy: () => { readonly xs: tf.Tensor[] }[];
  readonly dispose: () => void;
}

/**
 * How many examples of the given sizes the options ask to keep.
 *
 * @param byDefault - Whether to refit where they do not say.
 */
export function inputLimit(
  model: tfl.LayersModel,
  { compensate }: Pick<PruneOptions, "compensate">,
  byDefault: boolean,
): (sizes: InputShape) => number {
  if (!(compensate ?? byDefault)) return () => 0;
  const { samples } = compensateSettings(compensate);
  return (sizes) => samples ?? memoryLimit(model, sizes);
}

/** 0 for inputs that do not fit the model, which scoring refuses. */
function memoryLimit(model: tfl.LayersModel, sizes: InputShape): number {
  try {
    return sampleLimit(model, sizes);
  } catch (error) {
    if (error instanceof ModelGraphError) return 0;
    throw error;
  }
}

export function compensateSettings(compensate: PruneOptions["compensate"]): CompensateSettings {
  return typeof compensate === "object" ? compensate : {};
}

/** @param limitFor - The number of examples, by the sizes of the first, after which no more minibatches are kept. */
export function keepInputs(limitFor: (sizes: InputShape) => number): KeptInputs {
  let kept: { readonly xs: tf.Tensor[] }[] = [];
  let count = 0;
  let sizes: InputShape | undefined;
  let limit: number | undefined;
  const isFull = (): boolean => limit !== undefined && count >= limit;
  const add = (batch: UnlabelledBatch): void => {
    sizes = inputsOf(batch).map(({ shape }) => shape.slice(1));
    if (inputsOf(batch).some(({ isDisposed }) => isDisposed)) return; // scoring refuses it
    limit ??= limitFor(sizes);
    if (isFull()) return;
    kept.push({ xs: inputsOf(batch).map((x) => tf.clone(x)) });
    count += batchSize(batch);
  };
  return {
    add,
    async *keep(batches) {
      for await (const batch of batches) {
        add(batch);
        yield batch;
      }
    },
    take() {
      const taken = kept;
      kept = [];
      count = 0;
      return taken;
    },
    count: () => count,
    isFull,
    inputShape: () => sizes,
    async collect(model) {
      if (kept.length === 0) return;
      const samples = kept;
      kept = []; // `collectSamples` disposes them
      kept = (await collectSamples(model, samples, limit)).map((xs) => ({ xs: [...xs] }));
      count = kept.reduce((n, batch) => n + batchSize(batch), 0);
    },
    copy: () => kept.map(({ xs }) => ({ xs: xs.map((x) => tf.clone(x)) })),
    dispose() {
      tf.dispose(kept.map(({ xs }) => xs));
      kept = [];
    },
  };
}
