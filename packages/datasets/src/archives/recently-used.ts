/** Keeps the results that were requested last, within bounds of number and size. */

/**
 * @param load - Called once for each key that is not kept, also when several calls wait for it.
 * @example const groupOf = recentlyUsed({ items: 16, size: 1e9 }, readGroup, (group) => group.length);
 */
export function recentlyUsed<K, T>(
  limit: { readonly items: number; readonly size: number },
  load: (key: K) => Promise<T>,
  sizeOf: (value: T) => number,
): (key: K) => Promise<T> {
  /** The order of insertion is that of use. */
  const kept = new Map<K, { readonly value: Promise<T>; size: number }>();
  const trim = (): void => {
    let total = [...kept.values()].reduce((sum, { size }) => sum + size, 0);
    for (const [key, { size }] of kept) {
      if (kept.size <= limit.items && total <= limit.size) return;
      if (kept.size === 1) return;
      kept.delete(key);
      total -= size;
    }
  };
  return (key) => {
    const found = kept.get(key);
    const entry = found ?? { value: load(key), size: 0 };
    kept.delete(key);
    kept.set(key, entry);
    if (found === undefined) {
      entry.value.then(
        (value) => {
          entry.size = sizeOf(value);
          trim();
        },
        () => kept.delete(key),
      );
    }
    return entry.value;
  };
}
