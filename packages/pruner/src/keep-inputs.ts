/** Keeps the inputs of minibatches that are disposed after use, for the refit after a removal. */
import { type Batch, type Batches, batchSize, inputsOf } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";

/** Inputs that are kept; the tensors share their memory with the minibatches. */
export interface KeptInputs {
  /** Yields the batches, and keeps the inputs of the first ones. */
  readonly keep: (batches: Batches) => AsyncGenerator<Batch>;
  /** The kept inputs, which the caller disposes from then on. */
  readonly take: () => { readonly xs: tf.Tensor[] }[];
  readonly dispose: () => void;
}

/** @param limit - The number of examples after which no more minibatches are kept. */
export function keepInputs(limit: number): KeptInputs {
  let kept: { readonly xs: tf.Tensor[] }[] = [];
  let count = 0;
  return {
    async *keep(batches) {
      for await (const batch of batches) {
        if (count < limit) {
          kept.push({ xs: inputsOf(batch).map((x) => tf.clone(x)) });
          count += batchSize(batch);
        }
        yield batch;
      }
    },
    take() {
      const taken = kept;
      kept = [];
      count = 0;
      return taken;
    },
    dispose() {
      tf.dispose(kept.map(({ xs }) => xs));
      kept = [];
    },
  };
}
