/** The opcodes of pickle protocols 0 to 5 (CPython, `Lib/pickletools.py`). */

/** None, booleans, numbers. */
export const scalarOpcodes = {
  NONE: 0x4e,
  NEWTRUE: 0x88,
  NEWFALSE: 0x89,
  BININT: 0x4a,
  BININT1: 0x4b,
  BININT2: 0x4d,
  LONG1: 0x8a,
  LONG4: 0x8b,
  BINFLOAT: 0x47,
  INT: 0x49,
  LONG: 0x4c,
  FLOAT: 0x46,
} as const;

/** Text and bytes. */
export const textOpcodes = {
  STRING: 0x53,
  BINSTRING: 0x54,
  SHORT_BINSTRING: 0x55,
  UNICODE: 0x56,
  BINUNICODE: 0x58,
  SHORT_BINUNICODE: 0x8c,
  BINUNICODE8: 0x8d,
  BINBYTES: 0x42,
  SHORT_BINBYTES: 0x43,
  BINBYTES8: 0x8e,
  BYTEARRAY8: 0x96,
} as const;

/** Lists, tuples, dicts, sets. */
export const containerOpcodes = {
  EMPTY_LIST: 0x5d,
  EMPTY_TUPLE: 0x29,
  EMPTY_DICT: 0x7d,
  EMPTY_SET: 0x8f,
  LIST: 0x6c,
  TUPLE: 0x74,
  TUPLE1: 0x85,
  TUPLE2: 0x86,
  TUPLE3: 0x87,
  DICT: 0x64,
  FROZENSET: 0x91,
  APPEND: 0x61,
  APPENDS: 0x65,
  SETITEM: 0x73,
  SETITEMS: 0x75,
  ADDITEMS: 0x90,
} as const;

/** Stack, memo, frame. */
export const stackOpcodes = {
  PROTO: 0x80,
  FRAME: 0x95,
  MARK: 0x28,
  POP: 0x30,
  POP_MARK: 0x31,
  DUP: 0x32,
  GET: 0x67,
  BINGET: 0x68,
  LONG_BINGET: 0x6a,
  PUT: 0x70,
  BINPUT: 0x71,
  LONG_BINPUT: 0x72,
  MEMOIZE: 0x94,
} as const;

/** Globals, calls, persistent ids. */
export const objectOpcodes = {
  GLOBAL: 0x63,
  STACK_GLOBAL: 0x93,
  REDUCE: 0x52,
  NEWOBJ: 0x81,
  NEWOBJ_EX: 0x92,
  OBJ: 0x6f,
  INST: 0x69,
  BUILD: 0x62,
  PERSID: 0x50,
  BINPERSID: 0x51,
  EXT1: 0x82,
  EXT2: 0x83,
  EXT4: 0x84,
  NEXT_BUFFER: 0x97,
  READONLY_BUFFER: 0x98,
} as const;

/** Ends the pickle. Its value is on top of the stack. */
export const stopOpcode = 0x2e;
