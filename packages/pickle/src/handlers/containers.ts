/** Lists and tuples become arrays, dicts become Maps, sets become Sets. */
import type { Machine } from "../machine.ts";
import type { containerOpcodes } from "../opcodes.ts";
import type { Handler } from "./handler.ts";

export const containerHandlers: Readonly<Record<keyof typeof containerOpcodes, Handler>> = {
  EMPTY_LIST: (m) => m.push([]),
  EMPTY_TUPLE: (m) => m.push([]),
  EMPTY_DICT: (m) => m.push(new Map()),
  EMPTY_SET: (m) => m.push(new Set()),
  LIST: (m) => m.push(m.popToMark()),
  TUPLE: (m) => m.push(m.popToMark()),
  TUPLE1: (m) => m.push([m.pop()]),
  TUPLE2: (m) => {
    const second = m.pop();
    m.push([m.pop(), second]);
  },
  TUPLE3: (m) => {
    const third = m.pop();
    const second = m.pop();
    m.push([m.pop(), second, third]);
  },
  DICT: (m) => {
    const items = m.popToMark();
    m.push(new Map());
    setItems(m, items);
  },
  FROZENSET: (m) => {
    const values = m.popToMark();
    m.push(new Set());
    addItems(m, values);
  },
  APPEND: (m) => append(m, [m.pop()]),
  APPENDS: (m) => append(m, m.popToMark()),
  SETITEM: (m) => {
    const value = m.pop();
    setItems(m, [m.pop(), value]);
  },
  SETITEMS: (m) => setItems(m, m.popToMark()),
  ADDITEMS: (m) => addItems(m, m.popToMark()),
};

function append(machine: Machine, values: readonly unknown[]): void {
  const target = machine.top();
  if (!Array.isArray(target)) throw machine.reader.fail("APPEND to a value that is not a list");
  for (const value of values) target.push(value);
}

function addItems(machine: Machine, values: readonly unknown[]): void {
  const target = machine.top();
  if (!(target instanceof Set)) throw machine.reader.fail("ADDITEMS to a value that is not a set");
  for (const value of values) {
    machine.spendKey(value);
    target.add(value);
  }
}

/** `items` alternates between keys and values. */
function setItems(machine: Machine, items: readonly unknown[]): void {
  const target = machine.top();
  if (!(target instanceof Map)) throw machine.reader.fail("SETITEM on a value that is not a dict");
  if (items.length % 2 === 1) throw machine.reader.fail("a key without a value");
  for (let i = 0; i < items.length; i += 2) {
    machine.spendKey(items[i]);
    target.set(items[i], items[i + 1]);
  }
}
