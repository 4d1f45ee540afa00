import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ForbiddenGlobalError,
  MalformedPickleError,
  PickleGlobal,
  readPickle,
  standardGlobals,
} from "../src/index.ts";
import { pickles } from "./python-pickles.ts";

const bytesOf = (name: string): Uint8Array => {
  const text = pickles[name];
  if (text === undefined) throw new Error(`no pickle called ${name}`);
  return new Uint8Array(Buffer.from(text, "base64"));
};
const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
const read = (name: string): unknown => readPickle(bytesOf(name), { globals: standardGlobals }).value;
const readAscii = (text: string): unknown => readPickle(ascii(text), { globals: standardGlobals }).value;

const protocols = [0, 1, 2, 3, 4, 5];

describe("plain data", () => {
  it.each(protocols)("protocol %i: every kind of value", (protocol) => {
    const bytes = bytesOf(`data${protocol}`);
    const { value, end } = readPickle(bytes, { globals: standardGlobals });
    expect(end).toBe(bytes.length);
    const shared = (value as Map<string, unknown>).get("shared") as unknown[];
    expect(shared[0]).toBe(shared[1]);
    const integers = [0, 1, 255, 256, 65535, 65536, -1, -129, 2 ** 31, -(2 ** 31) - 1, 2 ** 53 - 1];
    expect(value).toEqual(
      new Map<string, unknown>([
        ["name", "café 😀"],
        ["n", [...integers, 2n ** 80n, -(2n ** 80n)]],
        ["f", [1.5, -0, 1e300, Number.POSITIVE_INFINITY, Number.NaN]],
        ["t", [[], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4]]],
        ["b", Uint8Array.of(0, 255, 128, 97, 98)],
        ["flags", [true, false, null]],
        ["d", new Map()],
        ["nest", new Map([["k", [new Map([["x", 1]])]]])],
        ["s", new Set([1, 2, 3])],
        ["long", "x".repeat(300)],
        ["shared", [[1], [1]]],
      ]),
    );
  });

  it.each(protocols)("protocol %i: an OrderedDict becomes a Map in order", (protocol) => {
    expect([...(read(`ordered${protocol}`) as Map<string, unknown>)]).toEqual([
      ["a", 1],
      ["b", [2, 3]],
    ]);
  });

  it("reads bytearrays and frozensets", () => {
    expect(read("bytearray5")).toEqual(Uint8Array.of(97, 98, 99));
    expect(read("bytearray2")).toEqual(Uint8Array.of(97, 98, 99));
    expect(read("frozenset4")).toEqual(new Set([1, 2]));
  });

  it("reads a list that contains itself", () => {
    const list = read("cycle2") as unknown[];
    expect(list[0]).toBe(list);
  });

  it("reads a series of pickles, as in PyTorch's legacy files", () => {
    const bytes = bytesOf("series2");
    const magic = readPickle(bytes);
    const protocol = readPickle(bytes, { offset: magic.end });
    const system = readPickle(bytes, { offset: protocol.end });
    expect(magic.value).toBe(0x1950a86a20f9469cfc6cn);
    expect(protocol.value).toBe(1001);
    expect(system.value).toEqual(new Map([["little_endian", true]]));
    expect(system.end).toBe(bytes.length);
  });
});

describe("opcodes of Python 2", () => {
  it("reads strings as one character per byte", () => {
    expect(readAscii("U\x03a\x80\xff.")).toBe("a\x80\xff");
    expect(readAscii("T\x02\0\0\0\x81\x9d.")).toBe("\x81\x9d");
    expect(readAscii("S'it\\'s\\x41\\101\\n\\\\\\q'\n.")).toBe("it'sAA\n\\\\q");
    expect(readAscii('S"plain"\np0\n.')).toBe("plain");
    expect(readAscii("V\\u00e9\\U0001f600\xe9\n.")).toBe("é😀é");
  });

  it("reads text numbers", () => {
    expect(readAscii("(lI01\naI00\naI-7\naL123456789012345678901L\naF-1.5e3\naFnan\na.")).toEqual([
      true,
      false,
      -7,
      123456789012345678901n,
      -1500,
      Number.NaN,
    ]);
  });

  it("reads marks, DUP, POP, INST, OBJ, DICT", () => {
    expect(readAscii("(I1\nI2\n0\x31I5\n2\x86.")).toEqual([5, 5]);
    expect(readAscii("(icollections\nOrderedDict\n.")).toEqual(new Map());
    expect(readAscii("(ccollections\nOrderedDict\no.")).toEqual(new Map());
    expect(readAscii("(S'a'\nI1\nd.")).toEqual(new Map([["a", 1]]));
  });
});

describe("globals", () => {
  it.each(protocols)("rejects os.system in protocol %i, by name", (protocol) => {
    const error = thrown(() => read(`evil${protocol}`));
    expect(error).toBeInstanceOf(ForbiddenGlobalError);
    expect((error as ForbiddenGlobalError).global).toBe("posix.system");
    expect((error as Error).message).toContain('"posix.system"');
  });

  it.each(["constructor", "toString", "__proto__", "hasOwnProperty"])("does not inherit %s", (name) => {
    expect(() => readPickle(ascii(`c\n${name}\n.`), { globals: {} })).toThrow(ForbiddenGlobalError);
    expect(() => readPickle(ascii(`cObject\n${name}\n.`), { globals: standardGlobals })).toThrow(
      ForbiddenGlobalError,
    );
  });

  it("keeps control characters of a name out of the message", () => {
    const error = thrown(() => readAscii("ca\x1b[31m\nb\n."));
    expect((error as Error).message).not.toContain("\x1b");
  });

  it("returns a global used as a value as a PickleGlobal", () => {
    const { value } = readPickle(ascii("ctorch\nFloatStorage\n."), {
      globals: { "torch.FloatStorage": () => 0 },
    });
    expect(value).toBeInstanceOf(PickleGlobal);
    expect((value as PickleGlobal).path).toBe("torch.FloatStorage");
  });

  it("calls nothing but globals", () => {
    expect(() => readAscii("I1\n)R.")).toThrow(MalformedPickleError);
    expect(() => readAscii("ccollections\nOrderedDict\nI1\nR.")).toThrow(/not a tuple/);
  });

  it("passes the state to an object with setState", () => {
    const states: unknown[] = [];
    const globals = { "a.B": () => ({ setState: (state: unknown) => void states.push(state) }) };
    readPickle(ascii("ca\nB\n)\x81I5\nb."), { globals });
    expect(states).toEqual([5]);
  });

  it("names the constructor that failed and the offset", () => {
    const globals = {
      "a.B": () => {
        throw new TypeError("no such shape");
      },
    };
    const error = thrown(() => readPickle(ascii("ca\nB\n)R."), { globals }));
    expect(error).toBeInstanceOf(MalformedPickleError);
    expect((error as Error).message).toBe("malformed pickle at byte 6: a.B: no such shape");
    expect((error as Error).cause).toBeInstanceOf(TypeError);
  });
});

describe("persistent ids", () => {
  it("are resolved by the caller", () => {
    const persistentId = (id: unknown) => ({ id });
    expect(readPickle(bytesOf("persid2"), { persistentId }).value).toEqual(
      new Map([["w", { id: ["storage", "cpu", "weights"] }]]),
    );
    expect(readPickle(bytesOf("persid0"), { persistentId }).value).toEqual(
      new Map([["w", { id: "weights" }]]),
    );
  });

  it("are rejected without persistentId", () => {
    expect(() => read("persid2")).toThrow(/persistentId/);
  });
});

describe("malformed pickles", () => {
  it.each([
    ["nothing", "", 0],
    ["no STOP", "I1\n", 3],
    ["an unknown opcode", "\xff", 0],
    ["a newer protocol", "\x80\x09.", 0],
    ["text beyond the end", "X\xff\xff\xff\x7fabc", 0],
    ["bytes of 2^63", "\x8e\xff\xff\xff\xff\xff\xff\xff\x7fabc", 0],
    ["a frame beyond the end", "\x80\x04\x95\xff\xff\xff\xff\0\0\0\0N.", 2],
    ["a negative length", "T\xff\xff\xff\xff.", 0],
    ["a line without end", "I1234", 0],
    ["a negative LONG4", "\x8b\xff\xff\xff\xff.", 0],
    ["an endless integer", `L${"9".repeat(5000)}\n.`, 0],
    ["text that is not UTF-8", "X\x01\0\0\0\xff.", 0],
    ["an empty stack", ".", 0],
    ["a tuple of nothing", "\x87.", 0],
    ["no mark", "t.", 0],
    ["memo before it is written", "h\x05.", 0],
    ["items for a number", "I1\nI2\na.", 6],
    ["entries for a list", "]I1\nI2\ns.", 7],
    ["a key without a value", "}(I1\nu.", 5],
    ["an extension", "\x82\x01.", 0],
    ["INT of words", "Ihello\n.", 0],
    ["FLOAT of words", "Fhello\n.", 0],
    ["a string without quotes", "Shello\n.", 0],
    ["a memo key of words", "I1\npx\n.", 3],
  ])("%s", (_, text, offset) => {
    const error = thrown(() => readAscii(text));
    expect(error).toBeInstanceOf(MalformedPickleError);
    expect((error as MalformedPickleError).offset).toBe(offset);
  });

  it("names out-of-band buffers", () => {
    expect(() => read("outOfBand5")).toThrow(/out-of-band buffers/);
  });

  it("every truncation of every pickle is detected", () => {
    for (const name of Object.keys(pickles).filter((key) => /^(data|ordered|persid)/.test(key))) {
      const bytes = bytesOf(name);
      for (let length = 0; length < bytes.length; length++) {
        const options = { globals: standardGlobals, persistentId: () => null };
        expect(thrown(() => readPickle(bytes.subarray(0, length), options))).toBeInstanceOf(
          MalformedPickleError,
        );
      }
    }
  });
});

describe("any bytes", () => {
  const survives = (bytes: Uint8Array): void => {
    try {
      const { end } = readPickle(bytes, { globals: standardGlobals, persistentId: (id) => id });
      expect(end).toBeLessThanOrEqual(bytes.length);
    } catch (error) {
      if (!(error instanceof MalformedPickleError || error instanceof ForbiddenGlobalError)) throw error;
    }
  };

  it("random bytes yield a value or one of the two errors", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), survives), { numRuns: 2000 });
  });

  it("so do altered pickles", () => {
    const anyPickle = fc.constantFrom(...Object.keys(pickles)).map(bytesOf);
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(anyPickle, changes, (pickle, edits) => {
        const bytes = pickle.slice();
        for (const [at, value] of edits) bytes[at % bytes.length] = value;
        survives(bytes);
      }),
      { numRuns: 3000 },
    );
  });

  it("millions of appended items are read", () => {
    const bytes = new Uint8Array(4_000_002).fill(0x4e); // NONE
    bytes[0] = 0x5d; // EMPTY_LIST
    bytes[1] = 0x28; // MARK
    bytes[4_000_000] = 0x65; // APPENDS
    bytes[4_000_001] = 0x2e; // STOP
    expect((readPickle(bytes).value as unknown[]).length).toBe(3_999_998);
  });
});

describe("a small pickle that repeats a large argument", () => {
  const repeated = (global: string, argument: string): string =>
    `c${global}\nq\0${argument}q\x01${"h\0h\x01\x85R0".repeat(20_000)}.`;

  it.each([
    ["OrderedDict(list)", "collections\nOrderedDict", `](${"K\x01K\x01\x86".repeat(20_000)}e`],
    ["bytearray(bytes)", "builtins\nbytearray", `B\xa0\x86\x01\0${"a".repeat(100_000)}`],
    ["set(list)", "builtins\nset", `](${"K\x01".repeat(50_000)}e`],
  ])("%s is rejected", (_, global, argument) => {
    expect(() => readAscii(repeated(global, argument))).toThrow(MalformedPickleError);
    expect(() => readAscii(repeated(global, argument))).toThrow(/again and again/);
  });

  it("state passed to setState counts too", () => {
    const globals = { "a.B": () => ({ setState: () => undefined }) };
    const text = `ca\nB\n)\x81B\xa0\x86\x01\0${"a".repeat(100_000)}q\x010${"h\x01b".repeat(100)}.`;
    expect(() => readPickle(ascii(text), { globals })).toThrow(/again and again/);
  });
});

describe("the bound of memory", () => {
  const megabyte = { maximumMemoryBytes: 2 ** 20 };
  it.each([
    ["empty dicts", "}".repeat(5000)],
    ["empty sets", "\x8f".repeat(5000)],
    ["views of nothing", "C\0".repeat(5000)],
    ["marks", "(".repeat(20_000)],
    ["memo entries", `N${"\x94".repeat(20_000)}`],
    ["tuples in tuples", `)${"\x85".repeat(30_000)}`],
    ["values that are dropped again", "N0".repeat(30_000)],
    ["one list, named again and again", `]q\0${"h\0".repeat(30_000)}`],
    ["entries of a dict", `}(${"(tN".repeat(20_000)}u`],
    ["text", `X\0\0\x09\0${"x".repeat(0x90000)}`],
  ])("%s", (_, text) => {
    const bytes = ascii(`${text}.`);
    expect(() => readPickle(bytes, megabyte)).toThrow("more than 1048576 bytes of memory");
    expect(() => readPickle(bytes)).not.toThrow(/bytes of memory/);
  });

  it("is above what genuine pickles need", () => {
    for (const name of Object.keys(pickles).filter((key) => /^(data|ordered)/.test(key)))
      readPickle(bytesOf(name), { globals: standardGlobals, ...megabyte });
  });
});

describe("keys that all have the same hash, which would take hours", () => {
  const count = 10_001;
  /** Bigints that differ above their lowest 64 bits; each with `after`, the opcodes behind it. */
  const bigints = (after: string): string =>
    Array.from({ length: count }, (_, i) => {
      const digits = String.fromCharCode(i & 0xff, (i >> 8) & 0xff, 1, 0);
      return `\x8a\x0c${"\0".repeat(8)}${digits}${after}`;
    }).join("");

  it.each([
    ["a dict", `}(${bigints("N")}u.`],
    ["a set", `\x8f(${bigints("")}\x90.`],
    ["a frozenset", `(${bigints("")}\x91.`],
    ["OrderedDict(list)", `ccollections\nOrderedDict\n](${bigints("N\x86")}e\x85R.`],
    ["set(list)", `cbuiltins\nset\n](${bigints("")}e\x85R.`],
  ])("%s", (_, text) => {
    const start = performance.now();
    expect(() => readAscii(text)).toThrow("more than 10000 dict keys or set members");
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it("small integers and text are not counted", () => {
    const entries = Array.from({ length: 30_000 }, (_, i) => `M${String.fromCharCode(i & 0xff, i >> 8)}N`);
    expect((readAscii(`}(${entries.join("")}u.`) as Map<number, null>).size).toBe(30_000);
  });
});

it("reads long integers", () => {
  const number = `\x8b\xe2\x04\0\0${"\x5a".repeat(1250)}`;
  const expected = BigInt(`0x${"5a".repeat(1250)}`);
  expect(readAscii(`${number}.`)).toBe(expected);
  expect(readAscii(`\x8a\x09${"\xff".repeat(9)}.`)).toBe(-1);
  expect(readAscii("\x8a\0.")).toBe(0);
});

function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
