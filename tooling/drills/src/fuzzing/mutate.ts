/** Random changes of bytes and of token lists that keep most of the structure. */
import type { Random } from "@secateur/base";

export function pick<T>(list: readonly T[], random: Random): T {
  const chosen = list[random.below(list.length)];
  if (chosen === undefined) throw new RangeError("nothing to pick from");
  return chosen;
}

/** Integers at which lengths and counts overflow, or mean nothing. */
export function extremeInteger(random: Random): bigint {
  const power = 2n ** BigInt(random.below(65));
  return pick([0n, 1n, power, power - 1n, -power, BigInt(random.below(300))], random);
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** A part of a list, often short. */
function span(length: number, random: Random): Span {
  const start = random.below(length);
  return { start, end: Math.min(length, start + 1 + random.below(pick([1, 4, 64, 4096], random))) };
}

type ByteMutation = (bytes: Uint8Array, random: Random) => Uint8Array;

/** Called with at least one byte. */
const byteMutations: readonly ByteMutation[] = [
  function setByte(bytes, random) {
    return bytes.with(random.below(bytes.length), random.below(256));
  },
  function flipBit(bytes, random) {
    const at = random.below(bytes.length);
    return bytes.with(at, (bytes[at] ?? 0) ^ (1 << random.below(8)));
  },
  function setInteger(bytes, random) {
    const integer = Buffer.alloc(8);
    integer.writeBigUInt64LE(BigInt.asUintN(64, extremeInteger(random)));
    const [at, size] = [random.below(bytes.length), pick([2, 4, 8], random)];
    const chosen = integer.subarray(0, Math.min(size, bytes.length - at));
    if (random.below(4) === 0) chosen.reverse(); // big-endian
    const copy = Uint8Array.from(bytes); // `slice` of a Buffer would share its memory
    copy.set(chosen, at);
    return copy;
  },
  function remove(bytes, random) {
    const { start, end } = span(bytes.length, random);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
  },
  function repeat(bytes, random) {
    const { start, end } = span(bytes.length, random);
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]);
  },
  function truncate(bytes, random) {
    return bytes.subarray(0, random.below(bytes.length));
  },
];

/** One to `maximum` changes. */
export function mutateBytes(bytes: Uint8Array, random: Random, maximum = 5): Uint8Array {
  let result = bytes;
  for (let count = 1 + random.below(maximum); count > 0 && result.length > 0; count--)
    result = pick(byteMutations, random)(result, random);
  return result;
}

/** One to three changes: a token is replaced by another one, removed, moved, or repeated up to 300 times. */
export function mutateTokens<T>(tokens: readonly T[], others: readonly T[], random: Random): readonly T[] {
  const result = [...tokens];
  for (let count = 1 + random.below(3); count > 0 && result.length > 0; count--) {
    const at = random.below(result.length);
    const token = pick(result, random);
    const kind = random.below(4);
    if (kind === 0) result[at] = pick(others, random);
    else if (kind === 1) result.splice(at, 1);
    else if (kind === 2) result.splice(at, 0, token);
    else result.splice(at, 0, ...Array<T>(random.below(300)).fill(token));
  }
  return result;
}
