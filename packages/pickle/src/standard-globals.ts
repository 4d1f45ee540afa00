/** Constructors for the globals of Python's standard library that pickles of plain data use. */
import { encodeLatin1 } from "./latin1.ts";
import type { PickleConstructor, PickleGlobals } from "./pickle-global.ts";

/** An allow-list to pass as it is or to spread into a larger one. */
export const standardGlobals: PickleGlobals = {
  "collections.OrderedDict": orderedDict,
  /** Protocols 0 to 2 write Python 3's `bytes` as a call of it. */
  "_codecs.encode": encode,
  "builtins.bytearray": bytes,
  "__builtin__.bytearray": bytes,
  "builtins.bytes": bytes,
  "__builtin__.bytes": bytes,
  "builtins.set": set,
  "__builtin__.set": set,
  "builtins.frozenset": set,
  "__builtin__.frozenset": set,
};

/** `OrderedDict()` or `OrderedDict([(key, value), ...])` */
function orderedDict(pairs: unknown = []): Map<unknown, unknown> {
  if (!Array.isArray(pairs)) throw new Error("expected a list of pairs");
  const map = new Map<unknown, unknown>();
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2) throw new Error("expected a list of pairs");
    map.set(pair[0], pair[1]);
  }
  return map;
}

function encode(text: unknown, encoding: unknown = "utf-8"): Uint8Array {
  const known = encoding === "latin1" || encoding === "latin-1" || encoding === "utf-8";
  if (typeof text !== "string" || !known) throw new Error("expected text and the encoding latin1 or utf-8");
  if (encoding === "utf-8") return new TextEncoder().encode(text);
  const encoded = encodeLatin1(text);
  if (!encoded) throw new Error("the text contains characters outside latin1");
  return encoded;
}

/** `bytes()`, `bytearray(bytes)` or `bytearray("text", "latin-1")`. `bytes(length)` is rejected: it allocates. */
function bytes(source: unknown = "", encoding: unknown = "latin1"): Uint8Array {
  return source instanceof Uint8Array ? source.slice() : encode(source, encoding);
}

function set(values: unknown = []): Set<unknown> {
  if (!Array.isArray(values)) throw new Error("expected a list");
  return new Set(values);
}

/** Those that put what their list holds into a hash table. */
export const keyedConstructors: ReadonlySet<PickleConstructor> = new Set([orderedDict, set]);
