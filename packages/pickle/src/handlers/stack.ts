/** The stack, the memo and the frame of a pickle. */
import type { Machine } from "../machine.ts";
import type { stackOpcodes } from "../opcodes.ts";
import type { Handler } from "./handler.ts";

/** The newest protocol there is. */
const newestProtocol = 5;

export const stackHandlers: Readonly<Record<keyof typeof stackOpcodes, Handler>> = {
  PROTO: (m) => {
    const protocol = m.reader.uint8();
    if (protocol > newestProtocol)
      throw m.reader.fail(`protocol ${protocol}; 0 to ${newestProtocol} are known`);
  },
  /** A hint for readers that fetch ahead. A frame longer than the file shows a cut before any work is done. */
  FRAME: (m) => {
    const length = m.reader.uint64();
    m.reader.expect(length);
  },
  MARK: (m) => m.mark(),
  POP: (m) => m.discard(),
  POP_MARK: (m) => {
    m.popToMark();
  },
  DUP: (m) => m.push(m.top()),
  GET: (m) => m.recall(memoKey(m)),
  BINGET: (m) => m.recall(m.reader.uint8()),
  LONG_BINGET: (m) => m.recall(m.reader.uint32()),
  PUT: (m) => m.remember(memoKey(m)),
  BINPUT: (m) => m.remember(m.reader.uint8()),
  LONG_BINPUT: (m) => m.remember(m.reader.uint32()),
  MEMOIZE: (m) => m.rememberNext(),
};

function memoKey(machine: Machine): number {
  const text = machine.reader.name();
  if (!/^\d+$/.test(text)) throw machine.reader.fail("a memo key that is no number");
  return Number(text);
}
