/**
 * Limits the work of the allow-list's constructors. A memoised list costs two bytes to name again, so a small pickle
 * could copy a large list or byte string thousands of times. In a genuine pickle the arguments of all calls together
 * are no larger than the pickle itself.
 */

/** Elements of arguments per byte of the pickle, far above any genuine pickle. */
const elementsPerByte = 8;
/** For short pickles that share much. */
const minimumElements = 65_536;

/** Returns a function that adds the size of a value to the total and returns whether the total is within the limit. */
export function constructionBudget(pickleBytes: number): (value: unknown) => boolean {
  let left = minimumElements + elementsPerByte * pickleBytes;
  return (value) => {
    left -= sizeOf(value);
    if (Array.isArray(value)) for (const item of value) left -= sizeOf(item);
    return left >= 0;
  };
}

function sizeOf(value: unknown): number {
  if (typeof value === "string" || Array.isArray(value) || value instanceof Uint8Array) return value.length;
  return value instanceof Map || value instanceof Set ? value.size : 1;
}
