/**
 * Reads Python pickles, protocols 0 to 5, as data. A pickle is a program for a stack machine that may call any Python
 * function by name. This reader accepts only names in the caller's allow-list and calls the caller's constructors.
 */
import { ByteReader } from "./byte-reader.ts";
import { containerHandlers } from "./handlers/containers.ts";
import type { Handler } from "./handlers/handler.ts";
import { objectHandlers } from "./handlers/objects.ts";
import { scalarHandlers } from "./handlers/scalars.ts";
import { stackHandlers } from "./handlers/stack.ts";
import { textHandlers } from "./handlers/texts.ts";
import { Machine } from "./machine.ts";
import {
  containerOpcodes,
  objectOpcodes,
  scalarOpcodes,
  stackOpcodes,
  stopOpcode,
  textOpcodes,
} from "./opcodes.ts";
import type { PickleGlobals } from "./pickle-global.ts";

export interface PickleOptions {
  /** The allow-list: constructors by `module.name`. Default: empty. */
  readonly globals?: PickleGlobals;
  /** Resolves a persistent id, a reference to data outside the pickle. Default: such pickles are rejected. */
  readonly persistentId?: (id: unknown) => unknown;
  /** Limit of the memory that all values take when they are made, estimated. Default 2^30, one GiB. */
  readonly maximumMemoryBytes?: number;
  /** Start of the pickle in `bytes`. Default 0. */
  readonly offset?: number;
}

export interface PickleResult {
  readonly value: unknown;
  /** Offset of the first byte after the pickle, where the next pickle of a series begins. */
  readonly end: number;
}

const defaultMemoryBytes = 2 ** 30;

const handlers: ReadonlyMap<number, Handler> = new Map([
  ...table(scalarOpcodes, scalarHandlers),
  ...table(textOpcodes, textHandlers),
  ...table(containerOpcodes, containerHandlers),
  ...table(stackOpcodes, stackHandlers),
  ...table(objectOpcodes, objectHandlers),
]);

function table<Name extends string>(
  opcodes: Readonly<Record<Name, number>>,
  rules: Readonly<Record<Name, Handler>>,
): [number, Handler][] {
  return (Object.keys(opcodes) as Name[]).map((name) => [opcodes[name], rules[name]]);
}

/**
 * Reads one pickle. Lists and tuples become arrays, dicts become Maps, text becomes strings, bytes become `Uint8Array`
 * views into `bytes`, integers become numbers or, beyond 2^53, bigints; a global as a value becomes a `PickleGlobal`.
 *
 * Memory is at most 256 bytes per byte of the pickle and `maximumMemoryBytes` in total; time is linear in the bytes, with
 * a constant for colliding keys (half a second). Nothing recurses here, but a value may be nested as deeply as the pickle
 * is long and may contain itself: walk through it with a loop.
 *
 * @throws ForbiddenGlobalError for a global that is not in `globals`; MalformedPickleError for invalid or truncated
 * bytes, or beyond a limit. Errors thrown by `persistentId` are passed on.
 *
 * @example const { value } = readPickle(bytes, { globals: standardGlobals });
 */
export function readPickle(bytes: Uint8Array, options: PickleOptions = {}): PickleResult {
  const { globals = {}, persistentId, maximumMemoryBytes = defaultMemoryBytes, offset = 0 } = options;
  const reader = new ByteReader(bytes, offset);
  const machine = new Machine(reader, { globals, persistentId, maximumMemoryBytes });
  for (;;) {
    reader.opcodeOffset = reader.position;
    const opcode = reader.uint8();
    if (opcode === stopOpcode) return { value: machine.pop(), end: reader.position };
    const handler = handlers.get(opcode);
    if (!handler) throw reader.fail(`unknown opcode 0x${opcode.toString(16).padStart(2, "0")}`);
    handler(machine);
  }
}
