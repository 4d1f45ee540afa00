/** Small files that ask for much memory or time: refused within the bounds of the docstrings. */
import fs from "node:fs";
import path from "node:path";
import { deflateSync } from "node:zlib";
import { createRandom } from "@secateur/base";
import { expect, it } from "vitest";
import { maskedCrc32c } from "../src/archives/crc32c.ts";
import { readLabelList } from "../src/imagenet/label-list.ts";
import { readMatStructs } from "../src/imagenet/mat-file.ts";
import { DatasetError, imagenet, parquetImages, tfRecordImages } from "../src/index.ts";
import { temporaryFolder } from "./tiny-images.ts";

function fileOf(name: string, bytes: Uint8Array | string): string {
  const file = path.join(temporaryFolder(), name);
  fs.writeFileSync(file, bytes);
  return file;
}

/** A refusal with little time of this process's own, and little memory. */
async function refused(read: () => Promise<unknown>, problem: RegExp): Promise<void> {
  const [time, memory] = [process.cpuUsage(), process.memoryUsage.rss()];
  await expect(read()).rejects.toThrow(problem);
  await expect(read()).rejects.toThrow(DatasetError);
  expect(process.cpuUsage(time).user / 1e6).toBeLessThan(2);
  expect(process.memoryUsage.rss() - memory).toBeLessThan(200e6);
}

it.each([
  ["a{0..99999}\n".repeat(10_000), /lists more than 100000 archives/],
  ["a{0..9999999999}", /has the range {0..9999999999}/],
  [`a{${"0".repeat(1e6)}..99999}`, /has a line of 1000010 characters; at most 2000 are read/],
])("a list of shards that becomes billions of names (%#)", async (lines, problem) => {
  const folder = path.dirname(fileOf("train-shards.txt", lines));
  await refused(() => imagenet(folder, "train"), problem);
});

it("a list of shards of 100 MB", async () => {
  const list = fileOf("train-shards.txt", "");
  fs.truncateSync(list, 100e6);
  await refused(
    () => imagenet(path.dirname(list), "train"),
    /has 100000000 bytes; at most 16000000 are read/,
  );
});

it("a list of images of 300 MB", async () => {
  const list = fileOf("val.txt", "");
  fs.truncateSync(list, 300e6);
  await refused(() => readLabelList(list), /has 300000000 bytes; at most 256000000 are read/);
});

it("a Parquet file whose footer is 4 GB long", async () => {
  const file = fileOf("a.parquet", "PAR1\xff\xff\xff\xffPAR1");
  await refused(() => parquetImages([file]), /its footer has \d+ bytes, more than the file or than 16000000/);
});

/** A length-delimited protocol buffer field, of less than 2 MB. */
function field(number: number, content: Uint8Array): Buffer {
  const { length } = content;
  const size = [(length & 127) | 128, ((length >>> 7) & 127) | 128, length >>> 14];
  return Buffer.concat([Buffer.of(8 * number + 2, ...size), content]);
}

it("a record of 100,000 features", async () => {
  const features = Buffer.concat(Array.from({ length: 100_000 }, () => field(1, field(1, Buffer.from("a")))));
  const data = field(1, features);
  const [header, footer] = [Buffer.alloc(12), Buffer.alloc(4)];
  header.writeBigUInt64LE(BigInt(data.length));
  header.writeUInt32LE(maskedCrc32c(header.subarray(0, 8)), 8);
  footer.writeUInt32LE(maskedCrc32c(data));
  const file = fileOf("records", Buffer.concat([header, data, footer]));
  await refused(() => tfRecordImages([file]), /it has more than 1000 features/);
});

/** An element of a MAT-file, padded to 8 bytes. */
function element(type: number, content: Uint8Array): Buffer {
  const tag = Buffer.alloc(8);
  tag.writeUInt32LE(type, 0);
  tag.writeUInt32LE(content.length, 4);
  return Buffer.concat([tag, content, Buffer.alloc(-content.length & 7)]);
}

const int32 = (...values: number[]): Buffer => Buffer.from(Int32Array.from(values).buffer);
const text = (value: string): Buffer => element(1, Buffer.from(value));

/** Flags with the class of the array, dimensions, name, content. */
const matrix = (kind: number, count: number, name: string, ...rest: readonly Buffer[]): Buffer =>
  element(14, Buffer.concat([element(6, int32(kind, 0)), element(5, int32(count, 1)), text(name), ...rest]));

const matHeader = Buffer.alloc(128, " ");
matHeader.write("\x00\x01IM", 124, "latin1");

it("a MAT-file of more than 200,000 elements", () => {
  const empty = Buffer.concat(Array<Buffer>(200_001).fill(element(1, Buffer.alloc(0))));
  const bomb = Buffer.concat([matHeader, matrix(2, 1, "synsets", empty)]);
  expect(() => readMatStructs(bomb, "synsets")).toThrow("it has more than 200000 elements");
});

it("a MAT-file of a billion rows without columns", () => {
  const noNames = element(1, Buffer.alloc(0));
  const bomb = Buffer.concat([matHeader, matrix(2, 1e9, "synsets", element(5, int32(16)), noNames)]);
  expect(() => readMatStructs(bomb, "synsets")).toThrow("a structure has no fields");
});

const runs = Number(process.env["SECATEUR_FUZZ_RUNS"] ?? 1000);

/** Two classes, as in the devkit's list of 1860. */
function smallMeta(): Buffer {
  const words = ["n01440764", "n01443537"].map((wnid, i) => [
    matrix(6, 1, "", element(9, Buffer.from(Float64Array.of(i + 1).buffer))),
    matrix(4, wnid.length, "", element(4, Buffer.from(wnid, "utf16le"))),
  ]);
  const fields = Buffer.alloc(32);
  fields.write("ILSVRC2012_ID", 0);
  fields.write("WNID", 16);
  return matrix(2, 2, "synsets", element(5, int32(16)), element(1, fields), ...words.flat());
}

it(`${runs} damaged MAT-files are read or refused with a reason`, { timeout: 3_600_000 }, () => {
  const content = smallMeta();
  expect(readMatStructs(Buffer.concat([matHeader, content]), "synsets")).toEqual([
    { ILSVRC2012_ID: 1, WNID: "n01440764" },
    { ILSVRC2012_ID: 2, WNID: "n01443537" },
  ]);
  const seed = Date.now() % 2 ** 31;
  for (let i = 0; i < runs; i++) {
    const random = createRandom(seed, i);
    const bytes = Buffer.from(content);
    for (let changes = 1 + random.below(4); changes > 0; changes--)
      bytes[random.below(bytes.length)] = random.below(2) === 0 ? random.below(256) : 255 * random.below(2);
    const packed = random.below(2) === 0 ? bytes : element(15, deflateSync(bytes));
    const start = performance.now();
    const problem = problemOf(() => readMatStructs(Buffer.concat([matHeader, packed]), "synsets"));
    expect(problem, `seed ${seed}, input ${i}`).not.toMatch(/^(Type|Syntax|Reference)Error|array length/);
    expect(performance.now() - start).toBeLessThan(10_000);
  }
});

function problemOf(read: () => unknown): string {
  try {
    read();
    return "";
  } catch (error) {
    return String(error);
  }
}
