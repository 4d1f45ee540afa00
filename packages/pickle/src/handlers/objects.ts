/** Globals, calls and persistent ids: the opcodes that run code in Python, and only allowed constructors here. */
import type { Machine } from "../machine.ts";
import type { objectOpcodes } from "../opcodes.ts";
import type { Handler } from "./handler.ts";

export const objectHandlers: Readonly<Record<keyof typeof objectOpcodes, Handler>> = {
  GLOBAL: (m) => {
    const module = m.reader.name();
    m.push(m.find(module, m.reader.name()));
  },
  STACK_GLOBAL: (m) => {
    const name = m.pop();
    m.push(m.find(m.pop(), name));
  },
  REDUCE: construct,
  NEWOBJ: construct,
  NEWOBJ_EX: (m) => {
    const named = m.pop();
    const args = m.pop();
    if (!(named instanceof Map)) throw m.reader.fail("the keyword arguments are not a dict");
    if (!Array.isArray(args)) throw m.reader.fail("the arguments are not a tuple");
    m.push(m.construct(m.pop(), named.size > 0 ? [...args, named] : args));
  },
  OBJ: (m) => {
    const [callable, ...args] = m.popToMark();
    m.push(m.construct(callable, args));
  },
  INST: (m) => {
    const module = m.reader.name();
    const callable = m.find(module, m.reader.name());
    m.push(m.construct(callable, m.popToMark()));
  },
  BUILD: (m) => {
    const state = m.pop();
    m.setState(m.top(), state);
  },
  PERSID: (m) => m.push(m.persistent(m.reader.name())),
  BINPERSID: (m) => m.push(m.persistent(m.pop())),
  EXT1: extension,
  EXT2: extension,
  EXT4: extension,
  NEXT_BUFFER: (m) => {
    throw m.reader.fail("its data are in separate out-of-band buffers, which are not supported");
  },
  READONLY_BUFFER: (m) => {
    m.top();
  },
};

function construct(machine: Machine): void {
  const args = machine.pop();
  machine.push(machine.construct(machine.pop(), args));
}

function extension(machine: Machine): never {
  throw machine.reader.fail("an extension code, which only the writing program can resolve");
}
