/**
 * Text and bytes. Python 3 text is UTF-8. A Python 2 string has no encoding and is decoded as latin1, one character per
 * byte, which loses nothing. Bytes are views into the pickle.
 */
import { decodeUtf8 } from "../byte-reader.ts";
import { decodeLatin1 } from "../latin1.ts";
import type { Machine } from "../machine.ts";
import type { textOpcodes } from "../opcodes.ts";
import type { Handler } from "./handler.ts";

export const textHandlers: Readonly<Record<keyof typeof textOpcodes, Handler>> = {
  STRING: (m) => m.push(quoted(m, decodeLatin1(m.reader.line()))),
  BINSTRING: (m) => m.push(decodeLatin1(m.reader.bytes(m.reader.int32()))),
  SHORT_BINSTRING: (m) => m.push(decodeLatin1(m.reader.bytes(m.reader.uint8()))),
  UNICODE: (m) => m.push(rawUnicode(m, decodeLatin1(m.reader.line()))),
  BINUNICODE: (m) => m.push(utf8(m, m.reader.uint32())),
  SHORT_BINUNICODE: (m) => m.push(utf8(m, m.reader.uint8())),
  BINUNICODE8: (m) => m.push(utf8(m, m.reader.uint64())),
  BINBYTES: (m) => m.push(m.reader.bytes(m.reader.uint32())),
  SHORT_BINBYTES: (m) => m.push(m.reader.bytes(m.reader.uint8())),
  BINBYTES8: (m) => m.push(m.reader.bytes(m.reader.uint64())),
  BYTEARRAY8: (m) => m.push(m.reader.bytes(m.reader.uint64())),
};

const utf8 = (machine: Machine, length: number): string =>
  decodeUtf8(machine.reader, machine.reader.bytes(length));

const escapes: Readonly<Record<string, string>> = {
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** The `repr` of a Python 2 string: in quotes, with backslash escapes. */
function quoted(machine: Machine, line: string): string {
  const quote = line[0];
  if ((quote !== "'" && quote !== '"') || line.length < 2 || line.at(-1) !== quote) {
    throw machine.reader.fail("a string without quotes");
  }
  return line.slice(1, -1).replace(/\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|[\s\S])|\\$/g, (whole, code?: string) => {
    if (code === undefined) throw machine.reader.fail("a string that ends with a backslash");
    if (/^x./.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 0xff);
    return escapes[code] ?? whole;
  });
}

/** Python's `raw-unicode-escape`: latin1, and `\uXXXX` or `\UXXXXXXXX` for the rest. */
function rawUnicode(machine: Machine, line: string): string {
  return line.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (_, short?: string, long?: string) => {
    const code = Number.parseInt(short ?? long ?? "", 16);
    if (code > 0x10ffff) throw machine.reader.fail("a character above U+10FFFF");
    return String.fromCodePoint(code);
  });
}
