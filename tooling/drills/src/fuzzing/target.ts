/** A reader of foreign files, and how to make inputs for it. */
import type { Random } from "@secateur/base";

export interface FuzzTarget {
  readonly name: string;
  /** An input that is valid in most places: mutations of nonsense are rejected at the first byte. */
  make(random: Random): Uint8Array;
  read(input: Uint8Array): unknown;
  /** The errors with which the reader may reject an input. */
  readonly rejections: readonly (abstract new (
    ...args: never[]
  ) => Error)[];
}
