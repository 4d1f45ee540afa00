import type { Batch } from "@secateur/datasets";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { keptBatches } from "../src/inputs/kept-batches.ts";

async function* batchesFrom(start: number): AsyncGenerator<Batch> {
  for (const size of [2, 1]) {
    const xs = tf.fill([size, 1, 1, 3], start + size) as tf.Tensor4D;
    yield { xs, ys: tf.fill([size], start, "int32") as tf.Tensor1D };
  }
}

/** Disposes the batches, as their readers do. */
async function valuesOf(batches: AsyncIterable<Batch>, most = Infinity): Promise<readonly number[][]> {
  const values: number[][] = [];
  for await (const { xs, ys } of batches) {
    values.push([...xs.dataSync(), ...ys.dataSync()]);
    tf.dispose([xs, ys]);
    if (values.length >= most) break;
  }
  return values;
}

it("reads the images once for each key, and again after an iteration that was not complete", async () => {
  const keep = keptBatches();
  let reads = 0;
  const read = (key: string, start: number): AsyncIterable<Batch> =>
    keep(key, () => {
      reads++;
      return batchesFrom(start);
    });
  const first = await valuesOf(read("a", 5));
  expect(first).toEqual([
    [7, 7, 7, 7, 7, 7, 5, 5],
    [6, 6, 6, 5],
  ]);
  expect(await valuesOf(read("a", 5))).toEqual(first);
  expect(reads).toBe(1);
  await valuesOf(read("b", 8), 1);
  expect(await valuesOf(read("b", 8))).toEqual(await valuesOf(read("b", 8)));
  expect(reads).toBe(3);
  expect(await valuesOf(read("a", 5))).toEqual(first);
});
