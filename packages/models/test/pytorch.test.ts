import { readFileSync } from "node:fs";
import { MalformedPickleError } from "@secateur/pickle";
import fc from "fast-check";
import { unzipSync, zipSync } from "fflate";
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
  it("yields every tensor: strided, offset, and of every dtype", () => {
    const found = [...readPyTorch(file(format))].map(([name, { shape, data }]) => [name, shape, [...data]]);
    expect(found).toEqual(expected);
  });

  it("is read from the middle of a buffer", () => {
    const bytes = file(format);
    const buffer = new Uint8Array(bytes.length + 8);
    buffer.set(bytes, 3);
    expect(readPyTorch(buffer.subarray(3, 3 + bytes.length))).toEqual(readPyTorch(bytes));
  });

  it("is rejected when truncated anywhere", () => {
    const bytes = file(format);
    for (let end = 0; end < bytes.length; end += 7) {
      expect(() => readPyTorch(bytes.subarray(0, end))).toThrow(WeightsError);
    }
  });

  it("throws nothing but WeightsError when bytes are altered", () => {
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
      { numRuns: 400 },
    );
  });
});

it("throws nothing but WeightsError when the contents of a zip are altered", () => {
  const files = unzipSync(file("zip"));
  const contents = Object.entries(files).filter(([, { length }]) => length > 0);
  const change = fc
    .constantFrom(...contents)
    .chain(([name, { length }]) => fc.tuple(fc.constant(name), fc.nat(length - 1), fc.nat(255)));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
      const altered = structuredClone(files);
      for (const [name, at, byte] of changes) altered[name]?.set([byte], at);
      onlyWeightsErrors(zipSync(altered, { level: 0 }));
    }),
    { numRuns: 400 },
  );
});

it("a zip directory of four billion entries is rejected immediately", () => {
  const bytes = file("zip");
  const text = Buffer.from(bytes).toString("latin1");
  const directory = text.indexOf("PK\x06\x06"); // the zip64 end of the directory
  expect(directory).toBeGreaterThan(0);
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(directory + 32, 0xffff_ffff, true);
  expect(() => readPyTorch(bytes)).toThrow("its zip directory has no end");
});

it.each(["parallelLegacy", "parallelZip"])("%s: a checkpoint is unwrapped, `module.` removed", (name) => {
  expect([...readPyTorch(file(name)).keys()]).toEqual(["fc.weight", "fc.bias"]);
});

it("a module's state_dict, which has attributes, is read", () => {
  expect([...readPyTorch(file("module")).keys()]).toEqual([
    "0.weight",
    "0.bias",
    "0.running_mean",
    "0.running_var",
    "0.num_batches_tracked",
  ]);
});

it.each(["shellLegacy", "shellZip"])("%s: a file that calls a command is rejected by name", (name) => {
  expect(() => readPyTorch(file(name))).toThrow(WeightsError);
  expect(() => readPyTorch(file(name))).toThrow(/posix\.system/);
});

it.each([
  ["notTensors", 'its entry "a" is not a tensor'],
  ["list", "save model.state_dict()"],
])("%s: a file without a state_dict is rejected", (name, message) => {
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

describe("files that ask for unlimited work", () => {
  interface View {
    readonly name: string;
    readonly offset?: number;
    readonly size: readonly number[];
    readonly stride: readonly number[];
  }

  const int = (value: number): string =>
    `J${latin1(Uint8Array.from(new Uint8Array(Int32Array.of(value).buffer)))}`;
  const text = (value: string): string => `X${int(value.length).slice(1)}${value}`;
  const tuple = (values: readonly number[]): string => `(${values.map(int).join("")}t`;

  /** A state_dict of views of one float32 storage of `count` elements. */
  function fileOf(count: number, views: readonly View[]): Uint8Array {
    const storage = `(${text("storage")}ctorch\nFloatStorage\n${text("0")}${text("cpu")}${int(count)}tQ`;
    const entries = views.map(
      ({ name, offset = 0, size, stride }) =>
        `${text(name)}h\x01(h\x00${int(offset)}${tuple(size)}${tuple(stride)}\x89}tRs`,
    );
    const pickle = `\x80\x02${storage}q\x000ctorch._utils\n_rebuild_tensor_v2\nq\x010}${entries.join("")}.`;
    return zipSync(
      { "a/data.pkl": Buffer.from(pickle, "latin1"), "a/data/0": new Uint8Array(4 * count) },
      { level: 0 },
    );
  }

  it("a tensor of 200,000 dimensions", () => {
    const ones = new Array<number>(200_000).fill(1);
    expect(() => readPyTorch(fileOf(1, [{ name: "a", size: ones, stride: ones }]))).toThrow(
      "200000 dimensions",
    );
  });

  it("a key that is an exponentially large tuple", () => {
    const pickle = Buffer.from(`}]${"2\x86".repeat(40)}K\x01s.`, "latin1");
    expect(() => readPyTorch(zipSync({ "a/data.pkl": pickle }, { level: 0 }))).toThrow(
      "its entry an object is not a tensor",
    );
  });

  it("many different views of one storage", () => {
    const views = Array.from({ length: 20 }, (_, i) => ({
      name: `w${i}`,
      offset: i,
      size: [4000 - 20],
      stride: [1],
    }));
    expect(() => readPyTorch(fileOf(4000, views))).toThrow("more than 4 elements per byte of storage");
    expect(readPyTorch(fileOf(4000, views.slice(0, 10))).size).toBe(10);
  });

  it("dicts by the million", () => {
    const pickle = new Uint8Array(1_100_000).fill(0x7d);
    expect(() => readPyTorch(zipSync({ "a/data.pkl": pickle }, { level: 0 }))).toThrow("bytes of memory");
  });

  it("tied weights share their data", () => {
    const names = Array.from({ length: 500 }, (_, i) => `w${i}`);
    const read = readPyTorch(
      fileOf(
        4000,
        names.map((name) => ({ name, size: [2, 2000], stride: [2000, 1] })),
      ),
    );
    expect(new Set([...read.values()].map(({ data }) => data)).size).toBe(1);
  });

  it("thousands of strided views of a large storage", () => {
    const views = Array.from({ length: 4000 }, (_, i) => ({
      name: `w${i}`,
      offset: i,
      size: [2],
      stride: [2],
    }));
    const start = performance.now();
    expect(readPyTorch(fileOf(2_000_000, views)).size).toBe(4000);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it("a zip whose entries share their bytes", () => {
    const zip = zipSync({ "a/data.pkl": Uint8Array.from([0x80, 2, 0x7d, 0x2e]) }, { level: 0 });
    const end = zip.length - 22;
    const directory = new DataView(zip.buffer, zip.byteOffset).getUint32(end + 16, true);
    const records = Array.from({ length: 100 }, () => [...zip.subarray(directory, end)]).flat();
    const bomb = Uint8Array.from([...zip.subarray(0, directory), ...records, ...zip.subarray(end)]);
    // Pretend that the entry is as large as the directory.
    for (let at = directory; at < directory + records.length; at += records.length / 100)
      new DataView(bomb.buffer).setUint32(at + 20, records.length, true);
    new DataView(bomb.buffer).setUint16(directory + records.length + 10, 100, true);
    expect(() => readPyTorch(bomb)).toThrow("its entries overlap");
  });
});

it("a damaged storage in a zip is detected by its checksum", () => {
  const zip = zipSync(
    { "a/data.pkl": Uint8Array.from([0x80, 2, 0x7d, 0x2e]), "a/data/0": new Uint8Array(64) },
    { level: 0 },
  );
  zip[Buffer.from(zip).indexOf(Buffer.alloc(64)) + 30] = 1;
  expect(() => readPyTorch(zip)).toThrow('checksum mismatch in "a/data/0"');
});

it("rejects other files", () => {
  expect(() => readPyTorch(new TextEncoder().encode("hello"))).toThrow("not a PyTorch file");
});

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

function onlyWeightsErrors(bytes: Uint8Array): void {
  try {
    readPyTorch(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(WeightsError);
    expect(error).not.toBeInstanceOf(MalformedPickleError);
  }
}
