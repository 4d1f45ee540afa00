/** Prepares the next items of an iteration while the caller works on the current one. */
import * as tf from "@tensorflow/tfjs-core";

/**
 * Yields the items in order and requests up to `count` of them ahead. When the loop ends early, tensors in items that
 * were requested but not yielded are disposed.
 *
 * @example for await (const { xs, ys } of prefetch(batches(train, options), 2)) { ... }
 */
export async function* prefetch<T extends object>(
  items: AsyncIterable<T>,
  count = 2,
): AsyncGenerator<T, void, undefined> {
  const iterator = items[Symbol.asyncIterator]();
  const pending: Promise<IteratorResult<T>>[] = [];
  const request = (): void => {
    const item = iterator.next();
    // The await below reports the error; until then it must not count as an unhandled rejection.
    item.catch(() => {});
    pending.push(item);
  };
  try {
    for (let i = 0; i < count; i++) request();
    for (;;) {
      request();
      const item = await pending.shift();
      if (!item || item.done) return;
      yield item.value;
    }
  } finally {
    for (const item of await Promise.allSettled(pending)) {
      if (item.status === "fulfilled" && !item.value.done)
        tf.dispose(item.value.value as unknown as tf.TensorContainer);
    }
    await iterator.return?.();
  }
}
