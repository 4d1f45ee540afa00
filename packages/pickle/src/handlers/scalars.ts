/** None, booleans and numbers. Integers beyond 2^53 become bigints. */
import type { Machine } from "../machine.ts";
import type { scalarOpcodes } from "../opcodes.ts";
import type { Handler } from "./handler.ts";

/** Conversion takes quadratic time, hence the limit of 10,000 bits. */
const maximumIntegerBytes = 1250;

export const scalarHandlers: Readonly<Record<keyof typeof scalarOpcodes, Handler>> = {
  NONE: (m) => m.push(null),
  NEWTRUE: (m) => m.push(true),
  NEWFALSE: (m) => m.push(false),
  BININT: (m) => m.push(m.reader.int32()),
  BININT1: (m) => m.push(m.reader.uint8()),
  BININT2: (m) => m.push(m.reader.uint16()),
  LONG1: (m) => m.push(littleEndian(m, m.reader.uint8())),
  LONG4: (m) => m.push(littleEndian(m, m.reader.int32())),
  BINFLOAT: (m) => m.push(m.reader.float64()),
  INT: (m) => {
    const text = m.reader.name();
    // Protocols 0 and 1 write booleans as 00 and 01.
    if (text === "00" || text === "01") m.push(text === "01");
    else m.push(decimal(m, text));
  },
  LONG: (m) => m.push(decimal(m, m.reader.name().replace(/L$/, ""))),
  FLOAT: (m) => m.push(float(m, m.reader.name())),
};

/** Two's complement. */
function littleEndian(machine: Machine, length: number): number | bigint {
  if (length > maximumIntegerBytes) throw machine.reader.fail(`an integer of ${length} bytes`);
  const bytes = machine.reader.bytes(length);
  // Linear in the length, unlike shifting byte by byte.
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).reverse();
  return shorten(BigInt.asIntN(length * 8, BigInt(`0x0${digits.join("")}`)));
}

function decimal(machine: Machine, text: string): number | bigint {
  if (!/^[+-]?\d+$/.test(text))
    throw machine.reader.fail(`${JSON.stringify(text.slice(0, 40))} is not an integer`);
  const magnitude = BigInt(text.replace(/^[+-]/, ""));
  return shorten(text.startsWith("-") ? -magnitude : magnitude);
}

function shorten(value: bigint): number | bigint {
  const short = Number(value);
  return Number.isSafeInteger(short) ? short : value;
}

const namedFloats: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  "-nan": Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
};

function float(machine: Machine, text: string): number {
  if (Object.hasOwn(namedFloats, text)) return namedFloats[text] ?? Number.NaN;
  const pattern = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
  if (!pattern.test(text)) throw machine.reader.fail(`${JSON.stringify(text.slice(0, 40))} is not a number`);
  return Number(text);
}
