/** Random pickles as lists of tokens: an opcode with its argument, as latin1. Joined, with "." at the end, they are valid. */
import type { Random } from "@secateur/base";
import { extremeInteger, mutateTokens, pick } from "./mutate.ts";

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

function int32(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value | 0);
  return latin1(bytes);
}

/** BININT */
export const integer = (value: number): string => `J${int32(value)}`;

/** LONG1 */
export function longInteger(value: bigint): string {
  const bytes = Buffer.alloc(9);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  bytes[8] = value < 0n ? 0xff : 0;
  return `\x8a\x09${latin1(bytes)}`;
}

/** BINUNICODE; ASCII only. */
export const text = (value: string): string => `X${int32(value.length)}${value}`;

/** GLOBAL */
export const global = (path: string): string => `c${path.replace(/\.(?=[^.]*$)/, "\n")}\n`;

/** The tokens of a random value, nested at most `depth` deep. */
export function randomValue(globals: readonly string[], random: Random, depth: number): readonly string[] {
  const inner = (): readonly string[] => randomValue(globals, random, depth - 1);
  const several = (): readonly string[] => Array.from({ length: random.below(5) }, inner).flat();
  const scalars = [
    () => ["N"],
    () => ["\x88"],
    () => [integer(random.below(1000))],
    () => [longInteger(extremeInteger(random))],
    () => [`G${latin1(Buffer.from(new Float64Array([random.normal()]).buffer))}`],
    () => [text("x".repeat(random.below(20)))],
    () => [`U${String.fromCharCode(3)}\x80\xff\x00`],
    () => [`C${String.fromCharCode(4)}data`],
    () => ["F1.5e3\n"],
    () => [global(pick(globals, random))],
    () => [")"],
  ];
  if (depth <= 0) return pick(scalars, random)();
  const containers = [
    () => ["(", ...several(), "t"],
    () => ["]", "(", ...several(), "e"],
    () => ["(", ...several(), "l"],
    () => ["}", ...inner(), ...inner(), "s"],
    () => ["}", "(", ...Array.from({ length: random.below(4) }, () => [...inner(), ...inner()]).flat(), "u"],
    () => ["\x8f", "(", ...several(), "\x90"],
    () => ["(", ...several(), "\x91"],
    () => [...inner(), ...inner(), "\x86"],
    () => [...inner(), `q${String.fromCharCode(random.below(3))}`],
    () => [...inner(), "\x94", "0", `h${String.fromCharCode(random.below(3))}`],
    () => [...inner(), "2", "0"],
    () => [global(pick(globals, random)), ...inner(), "\x85", "R"],
    () => [global(pick(globals, random)), ")", "\x81", ...inner(), "b"],
    () => [...inner(), "Q"],
  ];
  return pick(random.below(3) === 0 ? scalars : containers, random)();
}

/** Tokens that change the meaning of those around them. */
const disruptive: readonly string[] = [
  ..."N)]}(tleuabs0R2Q.1\x8f\x85\x86\x87\x90\x91\x81\x94".split(""),
  "q\x00",
  "h\x00",
  integer(-1),
  longInteger(2n ** 40n),
  longInteger(-(2n ** 63n)),
  text(""),
  global("posix.system"),
];

/** Joined to a pickle, half the time after changes of the tokens. */
export function pickleOf(tokens: readonly string[], random: Random): Uint8Array {
  const chosen = random.below(2) === 0 ? tokens : mutateTokens(tokens, disruptive, random);
  return Uint8Array.from(Buffer.from(`\x80\x02${chosen.join("")}.`, "latin1"));
}
