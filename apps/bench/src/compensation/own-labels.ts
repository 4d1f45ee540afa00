/** Minibatches whose labels are the classes that the network predicts. */
import { type Batch, type Batches, forward } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";

/** Disposes the labels that the batches have. */
export async function* withOwnLabels(model: tfl.LayersModel, batches: Batches): AsyncGenerator<Batch> {
  for await (const { xs, ys } of batches) {
    const predicted = tf.tidy(() =>
      forward(model, xs).map((logits) => tf.cast(tf.argMax(logits, -1), "int32")),
    );
    tf.dispose(ys);
    yield { xs, ys: predicted };
  }
}
