import { readFileSync } from "node:fs";
import { MalformedPickleError } from "@secateur/pickle";
import fc from "fast-check";
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { readPyTorch, WeightsError } from "../src/index.ts";

const files = JSON.parse(
  readFileSync(new URL("golden/pytorch-files.json", import.meta.url), "utf8"),
) as Readonly<Record<string, string>>;

function file(name: string): Uint8Array {
  return Uint8Array.from(Buffer.from(files[name] ?? "", "base64"));
}

const expected: readonly (readonly [string, readonly number[], readonly number[]])[] = [
  ["conv.weight", [2, 3, 1, 2], Array.from({ length: 12 }, (_, i) => i / 4)],
  ["turned", [3, 2], [0, 3, 1, 4, 2, 5]],
  ["part", [4], [5, 6, 7, 8]],
  ["columns", [2, 2], [8, 9, 14, 15]],
  ["half", [5], [1, -0.5, 65504, 2 ** -24, Number.NEGATIVE_INFINITY]],
  ["bfloat", [3], [1, -2.5, 2 ** 100]],
  ["double", [2], [Math.fround(0.1), Math.fround(-1e-3)]],
  ["long", [], [7]],
  ["int", [1, 2], [1, -2]],
  ["bytes", [2], [0, 255]],
  ["parameter", [1], [3]],
  ["empty", [0, 3], []],
];

describe.each(["legacy", "zip"])("a %s file", (format) => {
  it("gives every tensor: strided, offset, and of every number format", () => {
    const found = [...readPyTorch(file(format))].map(([name, { shape, data }]) => [name, shape, [...data]]);
    expect(found).toEqual(expected);
  });

  it("is read from the middle of a buffer as well", () => {
    const bytes = file(format);
    const buffer = new Uint8Array(bytes.length + 8);
    buffer.set(bytes, 3);
    expect(readPyTorch(buffer.subarray(3, 3 + bytes.length))).toEqual(readPyTorch(bytes));
  });

  it("is refused wherever it is cut, in one sentence", () => {
    const bytes = file(format);
    for (let end = 0; end < bytes.length; end += 7) {
      expect(() => readPyTorch(bytes.subarray(0, end))).toThrow(WeightsError);
    }
  });

  it("never fails in another way when bytes are altered", () => {
    const bytes = file(format);
    const alteration = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(alteration, (changes) => {
        const altered = bytes.slice();
        for (const [at, byte] of changes) altered[at] = byte;
        onlyWeightsErrors(altered);
      }),
      { numRuns: 400, seed: 3 },
    );
  });
});

it("a zip directory that claims four billion entries is refused at once", () => {
  const bytes = file("zip");
  const text = Buffer.from(bytes).toString("latin1");
  const directory = text.indexOf("PK\x06\x06"); // the zip64 end of the directory
  expect(directory).toBeGreaterThan(0);
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(directory + 32, 0xffff_ffff, true);
  expect(() => readPyTorch(bytes)).toThrow("its zip directory has no end");
});

it.each(["parallelLegacy", "parallelZip"])("%s: a checkpoint is unwrapped, `module.` taken off", (name) => {
  expect([...readPyTorch(file(name)).keys()]).toEqual(["fc.weight", "fc.bias"]);
});

it("a module's state_dict, which carries attributes, is read", () => {
  expect([...readPyTorch(file("module")).keys()]).toEqual([
    "0.weight",
    "0.bias",
    "0.running_mean",
    "0.running_var",
    "0.num_batches_tracked",
  ]);
});

it.each(["shellLegacy", "shellZip"])("%s: a file that would run a command is refused by name", (name) => {
  expect(() => readPyTorch(file(name))).toThrow(WeightsError);
  expect(() => readPyTorch(file(name))).toThrow(/posix\.system/);
});

it.each([
  ["notTensors", '"a" in it is not a tensor'],
  ["list", "save model.state_dict()"],
])("%s: a file without a state_dict is refused", (name, message) => {
  expect(() => readPyTorch(file(name))).toThrow(message);
});

describe("zips that PyTorch does not write", () => {
  const pickle = Uint8Array.from([0x80, 2, 0x7d, 0x2e]); // {}
  it.each([
    ["without data.pkl", zipSync({ "a/b": pickle }, { level: 0 }), "no data.pkl"],
    ["compressed", zipSync({ "a/data.pkl": new Uint8Array(1000) }, { level: 9 }), "compressed"],
    [
      "big-endian",
      zipSync({ "a/data.pkl": pickle, "a/byteorder": new TextEncoder().encode("big") }, { level: 0 }),
      "big-endian",
    ],
  ])("%s", (_, bytes, message) => expect(() => readPyTorch(bytes)).toThrow(message));

  it("an empty state_dict is read", () => {
    expect(readPyTorch(zipSync({ "a/data.pkl": pickle }, { level: 0 })).size).toBe(0);
  });
});

describe("tensors that do not fit their storage", () => {
  const zipped = (size: string, stride: string): Uint8Array => {
    const pickle =
      "\x80\x02}X\x01\x00\x00\x00actorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\n" +
      `X\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x04tQK\x00(${size}t(${stride}t\x89}tRs.`;
    return zipSync(
      { "a/data.pkl": Buffer.from(pickle, "latin1"), "a/data/0": new Uint8Array(16) },
      { level: 0 },
    );
  };
  const long = "\x8a\x06\x00\x00\x00\x00\x00\x01"; // 2^40
  it("fits", () => expect(readPyTorch(zipped("K\x04", "K\x01")).get("a")?.shape).toEqual([4]));
  it.each([
    ["too long", "K\x05", "K\x01"],
    ["too far apart", "K\x03", "K\x02"],
    ["repeated without end", long, "K\x00"],
    ["negative", "J\xff\xff\xff\xff", "K\x01"],
  ])("%s", (_, size, stride) => expect(() => readPyTorch(zipped(size, stride))).toThrow(WeightsError));
  it("a huge shape of nothing takes no time", () => {
    expect(readPyTorch(zipped(`${long}K\x00`, "K\x07K\x07")).get("a")?.data.length).toBe(0);
  });
});

it("says what the bytes are not", () => {
  expect(() => readPyTorch(new TextEncoder().encode("hello"))).toThrow("Not a PyTorch file");
});

function onlyWeightsErrors(bytes: Uint8Array): void {
  try {
    readPyTorch(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(WeightsError);
    expect(error).not.toBeInstanceOf(MalformedPickleError);
  }
}
