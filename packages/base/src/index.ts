/** @packageDocumentation Code that all Secateur packages share: the error base class, hashes, a seeded generator. */

export { crc32 } from "./crc32.ts";
export { describeValue } from "./describe-value.ts";
export { hash32, hash64, seedFromText } from "./hash.ts";
export { printWarning } from "./print-warning.ts";
export { printable, printableLines } from "./printable.ts";
export { createRandom, type Random, randomFromState, shuffle, splitmix32 } from "./random.ts";
export { isSecateurError, SecateurError } from "./secateur-error.ts";
