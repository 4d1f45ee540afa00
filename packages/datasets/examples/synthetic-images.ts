/** Batches of synthetic images: no file, no network, reproducible from the seed. */
import { useBackend } from "@secateur/backend";
import { batches, cropAndFlip, syntheticImages } from "@secateur/datasets";
import * as tf from "@tensorflow/tfjs-core";

/** The shapes of one epoch's batches. */
async function batchShapes(): Promise<number[][]> {
  await useBackend("wasm");
  const { train } = syntheticImages({ classes: 4, count: 100, shape: [16, 16, 3], seed: 1 });
  const epoch = batches(train, {
    batchSize: 32,
    seed: 1,
    epoch: 0,
    shuffle: true,
    augment: cropAndFlip({ padding: 2 }),
    normalize: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
  });
  const shapes: number[][] = [];
  for await (const { xs, ys } of epoch) {
    shapes.push(xs.shape);
    tf.dispose([xs, ys]);
  }
  return shapes;
}

export const shapes: number[][] = await batchShapes();
console.log(shapes);
