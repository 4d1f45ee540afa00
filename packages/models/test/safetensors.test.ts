import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSafetensors, WeightsError, writeSafetensors } from "../src/index.ts";

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly unknown[];
  readonly data_offsets: readonly unknown[];
}

function fileOf(header: unknown, data: Uint8Array = new Uint8Array()): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

const entry = (dtype: string, shape: readonly unknown[], ...offsets: readonly unknown[]): HeaderEntry => ({
  dtype,
  shape,
  data_offsets: offsets,
});

const tensors = fc
  .array(fc.tuple(fc.string(), fc.array(fc.nat(4), { maxLength: 4 }), fc.integer()), { maxLength: 5 })
  .map((list) => {
    const named = list.map(([name, shape, seed]) => {
      const length = shape.reduce((product, size) => product * size, 1);
      const data = Float32Array.from({ length }, (_, i) => Math.sin(seed + i));
      return [name === "__metadata__" ? "" : name, { shape, data }] as const;
    });
    return new Map(named);
  });

describe("round trip", () => {
  it("returns any names, shapes and numbers", () => {
    fc.assert(
      fc.property(tensors, fc.dictionary(fc.string(), fc.string()), (map, texts) => {
        const metadata = new Map(Object.entries(texts));
        const back = readSafetensors(writeSafetensors(map, metadata));
        expect(back.metadata).toEqual(metadata);
        expect(new Set(back.tensors.keys())).toEqual(new Set(map.keys()));
        for (const [name, { shape, data }] of map) {
          expect(back.tensors.get(name)).toEqual({ dtype: "F32", shape, data });
        }
      }),
    );
  });

  it("keeps NaN, infinity and -0", () => {
    const data = Float32Array.from([Number.NaN, Number.POSITIVE_INFINITY, -0, 1e-45]);
    const back = readSafetensors(writeSafetensors(new Map([["x", { shape: [4], data }]])));
    expect(back.tensors.get("x")?.data).toEqual(data);
  });

  it("aligns the data to 8 bytes", () => {
    for (const name of ["a", "ab", "abc", "abcdefgh"]) {
      const bytes = writeSafetensors(new Map([[name, { shape: [1], data: Float32Array.of(1) }]]));
      expect((bytes.length - 4) % 8).toBe(0);
    }
  });

  it("rejects data that does not match the shape", () => {
    const tensor = { shape: [2, 2], data: new Float32Array(3) };
    expect(() => writeSafetensors(new Map([["x", tensor]]))).toThrow('"x" has shape [2, 2] but 3 values');
  });
});

it("converts every dtype to float32", () => {
  const view = new DataView(new ArrayBuffer(8 + 4 + 2 + 2 + 8 + 4 + 2 + 1 + 1 + 1));
  view.setFloat64(0, 0.1, true);
  view.setFloat32(8, -1.5, true);
  view.setUint16(12, 0xc000, true); // -2 in binary16
  view.setUint16(14, 0x3fc0, true); // 1.5 in bfloat16
  view.setBigInt64(16, -3n, true);
  view.setInt32(24, -4, true);
  view.setInt16(28, -5, true);
  view.setInt8(30, -6);
  view.setUint8(31, 200);
  view.setUint8(32, 1);
  const types = ["F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U8", "BOOL"];
  const sizes = [8, 4, 2, 2, 8, 4, 2, 1, 1, 1];
  let end = 0;
  const header = types.map((type, i) => {
    const begin = end;
    end += sizes[i] ?? 0;
    return [type, entry(type, [1], begin, end)];
  });
  const { tensors } = readSafetensors(fileOf(Object.fromEntries(header), new Uint8Array(view.buffer)));
  expect([...tensors.values()].map(({ data }) => data[0])).toEqual([
    Math.fround(0.1),
    -1.5,
    -2,
    1.5,
    -3,
    -4,
    -5,
    -6,
    200,
    1,
  ]);
});

describe("errors name the problem", () => {
  const four = new Uint8Array(4);
  const eight = new Uint8Array(8);
  const announces = (length: bigint): Uint8Array => {
    const bytes = fileOf({});
    new DataView(bytes.buffer).setBigUint64(0, length, true);
    return bytes;
  };
  it.each([
    ["nothing", new Uint8Array(), "0 bytes"],
    ["a short file", new Uint8Array(7), "7 bytes"],
    ["a huge header", announces(2n ** 63n), "9223372036854775808 bytes"],
    ["a header of gigabytes once parsed", announces(16_000_001n), "at most 16000000 are allowed"],
    ["a truncated header", announces(3n), "truncated"],
    ["no JSON", fileOf("{,}"), "not valid JSON"],
    ["no UTF-8", fileOf("{}").fill(0xff, 8), "not valid JSON"],
    ["a list", fileOf("[]"), "not a JSON object"],
    ["metadata of numbers", fileOf({ __metadata__: { a: 1 } }), "__metadata__"],
    ["an unknown dtype", fileOf({ a: entry("F8_E4M3", [1], 0, 1) }, four), 'dtype "F8_E4M3"'],
    [
      "a deeply nested dtype",
      fileOf(`{"a":{"dtype":${"[".repeat(200_000)}${"]".repeat(200_000)}}}`),
      "dtype an object",
    ],
    [
      "a deeply nested shape",
      fileOf(`{"a":{"dtype":"F32","shape":${"[".repeat(200_000)}${"]".repeat(200_000)}}}`),
      "no valid shape",
    ],
    ["no shape", fileOf({ a: { dtype: "F32", data_offsets: [0, 4] } }, four), '"a" has no valid shape'],
    ["a negative size", fileOf({ a: entry("F32", [-1], 0, 4) }, four), "no valid shape"],
    ["offsets that are texts", fileOf({ a: entry("F32", [1], "0", "4") }, four), "no valid shape"],
    ["null", fileOf({ a: null }, four), "dtype undefined"],
    [
      "a range of another size",
      fileOf({ a: entry("F32", [2], 0, 4) }, four),
      "expected a range of 8 bytes, got 4",
    ],
    ["a gap", fileOf({ a: entry("F32", [1], 4, 8) }, eight), "begins at byte 4 of the data, expected 0"],
    [
      "an overlap",
      fileOf({ a: entry("F32", [1], 0, 4), b: entry("F32", [1], 2, 6) }, eight),
      "begins at byte 2 of the data, expected 4",
    ],
    [
      "too little data",
      fileOf({ a: entry("F32", [2], 0, 8) }, four),
      "truncated: expected 8 bytes of data, got 4",
    ],
    ["too much data", fileOf({ a: entry("F32", [1], 0, 4) }, eight), "4 bytes that belong to no tensor"],
  ])("%s", (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(WeightsError);
    expect(() => readSafetensors(bytes)).toThrow(message);
  });
});

describe("throws nothing but WeightsError", () => {
  const onlyWeightsErrors = (bytes: Uint8Array): void => {
    try {
      readSafetensors(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(WeightsError);
    }
  };

  it("on random bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), onlyWeightsErrors), { numRuns: 500 });
  });

  it("on altered files", () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(tensors, changes, (map, list) => {
        const bytes = writeSafetensors(map);
        for (const [at, byte] of list) bytes[at % bytes.length] = byte;
        onlyWeightsErrors(bytes);
      }),
      { numRuns: 500 },
    );
  });

  it("on any JSON as header", () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.record({
        dtype: fc.constantFrom("F32", "U8", "F9"),
        shape: fc.array(fc.oneof(fc.nat(3), fc.jsonValue())),
        data_offsets: fc.array(fc.oneof(fc.nat(16), fc.jsonValue()), { maxLength: 3 }),
      }),
    );
    fc.assert(
      fc.property(fc.oneof(fc.dictionary(fc.string(), value), value), (header) =>
        onlyWeightsErrors(fileOf(header ?? null, new Uint8Array(16))),
      ),
      { numRuns: 500 },
    );
  });
});
