/** Minibatches of a small set of images stay in memory: a run reads them again for every network that it tests or repairs. */
import type { Batch } from "@secateur/datasets";
import * as tf from "@tensorflow/tfjs-core";

/** Images of 224 × 224 pixels take 600 MB then. */
export const mostInMemory = 1000;

interface KeptBatch {
  /** [batch, height, width, channels] */
  readonly shape: [number, number, number, number];
  readonly xs: Float32Array;
  readonly ys: Int32Array;
}

/**
 * @returns A function whose minibatches are those of `make` at the first iteration, and then copies of them, until it is
 *   called with another key.
 */
export function keptBatches(): (key: string, make: () => AsyncIterable<Batch>) => AsyncIterable<Batch> {
  let kept: { readonly key: string; readonly batches: readonly KeptBatch[] } | null = null;
  return (key, make) => ({
    async *[Symbol.asyncIterator]() {
      if (kept?.key === key) {
        for (const { shape, xs, ys } of kept.batches)
          yield { xs: tf.tensor4d(xs, shape), ys: tf.tensor1d(ys, "int32") };
        return;
      }
      kept = null;
      const batches: KeptBatch[] = [];
      for await (const { xs, ys } of make()) {
        const values = { xs: xs.dataSync<"float32">().slice(), ys: ys.dataSync<"int32">().slice() };
        batches.push({ shape: xs.shape, ...values });
        yield { xs, ys };
      }
      kept = { key, batches };
    },
  });
}
