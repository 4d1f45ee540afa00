/** Globals, calls and persistent ids: everything that could run code elsewhere, and here reaches only the allow-list. */
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
    if (!(named instanceof Map)) throw m.reader.fail("named arguments that are no dict");
    if (!Array.isArray(args)) throw m.reader.fail("arguments that are no tuple");
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
    throw m.reader.fail("it keeps its data in separate buffers, which are not at hand");
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
  throw machine.reader.fail("a code of Python's extension registry, which no other program can know");
}
