/**
 * Limits the memory and time of reading a pickle. Every value costs bytes when it is made, also if the pickle drops it
 * again, and the total is limited. Keys that may share a hash are counted: a table of them takes quadratic time.
 */

/** Estimated bytes of an empty object; measured in V8, rounded up. */
const bytesOfMapOrSet = 256;
const bytesOfView = 224;
const bytesOfValue = 40;
/** Of a memo entry, a mark, or a key with its value. */
export const bytesOfEntry = 64;

/**
 * Numbers that are not small integers, and bigints. JavaScript hashes them without a secret, so a file can choose keys
 * that all collide; text is hashed with one. 10,000 keys that collide take half a second.
 */
const maximumNumericKeys = 10_000;
const smallInteger = 65_536;

export class WorkBudget {
  readonly #maximumBytes: number;
  #bytesLeft: number;
  #keysLeft = maximumNumericKeys;

  constructor(maximumBytes: number) {
    this.#maximumBytes = maximumBytes;
    this.#bytesLeft = maximumBytes;
  }

  /** @returns what is exceeded, or null. */
  spend(bytes: number): string | null {
    this.#bytesLeft -= bytes;
    if (this.#bytesLeft >= 0) return null;
    return `its values take more than ${this.#maximumBytes} bytes of memory; pass \`maximumMemoryBytes\` to allow more`;
  }

  /** The cost of a new key of a dict or member of a set. */
  spendKey(key: unknown): string | null {
    if (isNumeric(key) && --this.#keysLeft < 0)
      return `it has more than ${maximumNumericKeys} dict keys or set members that are large integers or fractions`;
    return this.spend(bytesOfEntry);
  }
}

/** Bytes of a new value, without the values in it. */
export function bytesOf(value: unknown): number {
  if (typeof value === "string") return bytesOfValue + 2 * value.length;
  if (value instanceof Map || value instanceof Set) return bytesOfMapOrSet;
  return value instanceof Uint8Array ? bytesOfView : bytesOfValue;
}

function isNumeric(key: unknown): boolean {
  if (typeof key === "bigint") return true;
  return typeof key === "number" && !(Number.isInteger(key) && key >= 0 && key < smallInteger);
}
