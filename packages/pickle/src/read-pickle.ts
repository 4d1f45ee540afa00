/**
 * Reads Python pickles, protocols 0 to 5, as data. A pickle is a program for a small stack machine; what makes it
 * dangerous is that the program may name any function. Here it may name only what the caller allows, and "calling" one
 * runs the caller's own constructor. It is no writer, and knows no class of its own.
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
  /** The allow-list: `module.name` to what stands for it. Default: nothing is allowed. */
  readonly globals?: PickleGlobals;
  /** What a persistent id, a reference to data outside the pickle, stands for. Default: such pickles are refused. */
  readonly persistentId?: (id: unknown) => unknown;
  /** Where in `bytes` the pickle begins. Default 0. */
  readonly offset?: number;
}

export interface PickleResult {
  readonly value: unknown;
  /** Offset of the first byte after the pickle; the next one of a series begins there. */
  readonly end: number;
}

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
 * The value of one pickle. Lists and tuples come as arrays, dicts as Maps, text as strings, bytes as `Uint8Array`
 * views into `bytes`, integers as numbers or, beyond 2^53, `bigint`; a global that was not called as a `PickleGlobal`.
 *
 * Throws `ForbiddenGlobalError` for a global that `globals` does not hold and `MalformedPickleError` for bytes that
 * are no pickle or cut short. What `persistentId` throws passes through.
 *
 *     const { value } = readPickle(bytes, { globals: standardGlobals });
 */
export function readPickle(bytes: Uint8Array, options: PickleOptions = {}): PickleResult {
  const { globals = {}, persistentId, offset = 0 } = options;
  const reader = new ByteReader(bytes, offset);
  const machine = new Machine(reader, { globals, persistentId });
  for (;;) {
    reader.instruction = reader.position;
    const opcode = reader.uint8();
    if (opcode === stopOpcode) return { value: machine.pop(), end: reader.position };
    const handler = handlers.get(opcode);
    if (!handler) throw reader.fail(`unknown instruction 0x${opcode.toString(16).padStart(2, "0")}`);
    handler(machine);
  }
}
