/** Stack, memo and frame opcodes. */
import type { Machine } from "../machine.ts";
import type { stackOpcodes } from "../opcodes.ts";
import type { Handler } from "./handler.ts";

const newestProtocol = 5;

export const stackHandlers: Readonly<Record<keyof typeof stackOpcodes, Handler>> = {
  PROTO: (m) => {
    const protocol = m.reader.uint8();
    if (protocol > newestProtocol)
      throw m.reader.fail(`protocol ${protocol} is not supported; expected 0 to ${newestProtocol}`);
  },
  /** A hint for buffered readers. A frame that exceeds the file reveals a truncation early. */
  FRAME: (m) => {
    const length = m.reader.uint64();
    m.reader.expect(length);
  },
  MARK: (m) => m.mark(),
  POP: (m) => m.discard(),
  POP_MARK: (m) => {
    m.popToMark();
  },
  DUP: (m) => m.pushAgain(m.top()),
  GET: (m) => m.pushMemo(memoKey(m)),
  BINGET: (m) => m.pushMemo(m.reader.uint8()),
  LONG_BINGET: (m) => m.pushMemo(m.reader.uint32()),
  PUT: (m) => m.setMemo(memoKey(m)),
  BINPUT: (m) => m.setMemo(m.reader.uint8()),
  LONG_BINPUT: (m) => m.setMemo(m.reader.uint32()),
  MEMOIZE: (m) => m.setNextMemo(),
};

function memoKey(machine: Machine): number {
  const text = machine.reader.name();
  if (!/^\d+$/.test(text)) throw machine.reader.fail("a memo key is not a number");
  return Number(text);
}
