/** The FNV-1a hash (Fowler, Noll, Vo) of a text. Not cryptographic. */

/** 32 bits: a whole number from 0 to 2^32 - 1. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** 64 bits as 16 hexadecimal digits. */
export function hash64(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i++) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, "0");
}

/** A seed for tfjs's random operations; odd, because tfjs treats 0 as no seed. */
export function seedFromText(text: string): number {
  return (hash32(text) >>> 1) | 1;
}
