/**
 * Limits the bytes that tasks hold at the same time. Tasks start in the order of their calls; one that needs more than
 * the limit waits until it is alone.
 */
export type ByteBudget = <T>(bytes: number, task: () => Promise<T>) => Promise<T>;

/** @example const pixels = await budget(width * height * 3, () => decode(file)); */
export function byteBudget(limit: number): ByteBudget {
  let free = limit;
  const waiting: { readonly share: number; readonly start: () => void }[] = [];
  const startNext = (): void => {
    for (let next = waiting[0]; next !== undefined && next.share <= free; next = waiting[0]) {
      waiting.shift();
      free -= next.share;
      next.start();
    }
  };
  return async (bytes, task) => {
    const share = Math.min(bytes, limit);
    await new Promise<void>((start) => {
      waiting.push({ share, start });
      startNext();
    });
    try {
      return await task();
    } finally {
      free += share;
      startNext();
    }
  };
}
