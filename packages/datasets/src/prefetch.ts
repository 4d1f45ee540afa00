/** Prepares the next items while the current one is being worked on. */
import * as tf from "@tensorflow/tfjs-core";

/**
 * The same items in the same order, up to `count` of them asked for ahead. Tensors of items that nobody came for,
 * because the loop ended early, are disposed.
 */
export async function* prefetch<T extends object>(
  items: AsyncIterable<T>,
  count = 2,
): AsyncGenerator<T, void, undefined> {
  const iterator = items[Symbol.asyncIterator]();
  const waiting: Promise<IteratorResult<T>>[] = [];
  const ask = (): void => {
    const item = iterator.next();
    // Whoever awaits it sees the error; until then it is not an unhandled one.
    item.catch(() => {});
    waiting.push(item);
  };
  try {
    for (let i = 0; i < count; i++) ask();
    for (;;) {
      ask();
      const item = await waiting.shift();
      if (!item || item.done) return;
      yield item.value;
    }
  } finally {
    const left = await Promise.allSettled(waiting);
    for (const item of left) {
      if (item.status === "fulfilled" && !item.value.done)
        tf.dispose(item.value.value as unknown as tf.TensorContainer);
    }
    await iterator.return?.();
  }
}
