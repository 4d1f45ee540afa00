/** Work on several items at a time, results in the items' order. */

/**
 * The results of `work`, up to `count` of them in the making. When the loop ends early, or one fails, those that were
 * begun are awaited and let go.
 */
export async function* concurrently<T, R>(
  items: Iterable<T>,
  count: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const making: Promise<R>[] = [];
  try {
    for (const item of items) {
      const result = work(item);
      // Whoever awaits it sees the error; until then it is not an unhandled one.
      result.catch(() => {});
      making.push(result);
      if (making.length >= count) yield* oldest(making);
    }
    while (making.length > 0) yield* oldest(making);
  } finally {
    await Promise.allSettled(making);
  }
}

async function* oldest<R>(making: Promise<R>[]): AsyncGenerator<R, void, undefined> {
  const result = making.shift();
  if (result) yield await result;
}
