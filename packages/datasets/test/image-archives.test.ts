import fs from "node:fs";
import path from "node:path";
import { deflateSync } from "node:zlib";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { crc32c, maskedCrc32c } from "../src/archives/crc32c.ts";
import { recentlyUsed } from "../src/archives/recently-used.ts";
import { readMatStructs } from "../src/imagenet/mat-file.ts";
import {
  centerCrop,
  DatasetError,
  imageBatches,
  parquetImages,
  selectImages,
  TruncatedFileError,
  tarImages,
  tfRecordImages,
  UnreadableFileError,
} from "../src/index.ts";
import { fixtures, identify, picture, stored, tar } from "./stored-pictures.ts";
import { temporaryFolder } from "./tiny-images.ts";

const records = path.join(fixtures, "tfrecord/validation-00000-of-00001");
const webDataset = path.join(fixtures, "webdataset/imagenet1k-validation-00.tar");
const parquet = path.join(fixtures, "parquet/data/validation-00000-of-00001.parquet");
const plain = { mean: [0, 0, 0], std: [1, 1, 1] };

function file(bytes: Uint8Array, name = "changed"): string {
  const target = path.join(temporaryFolder(), name);
  fs.writeFileSync(target, bytes);
  return target;
}

/** A copy of `original`, cut to `length` bytes. */
const cut = (original: string, length: number): string => file(fs.readFileSync(original).subarray(0, length));

/** A copy in which one bit differs. */
function flipped(original: string, at: number): string {
  const bytes = fs.readFileSync(original);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return file(bytes);
}

describe("tar archives", () => {
  const [name = ""] = Object.keys(stored.train);
  const long = `${"folder/".repeat(30)}${"x".repeat(90)}`;

  it.each(["gnu", "ustar", "pax", "v7"])("of format %s, by GNU tar", async (format) => {
    const made = temporaryFolder();
    const folder = format === "gnu" || format === "pax" ? long : "short";
    fs.mkdirSync(path.join(made, folder, "b"), { recursive: true });
    fs.cpSync(path.join(fixtures, "pictures/train"), path.join(made, folder, "b"), { recursive: true });
    fs.symlinkSync(name, path.join(made, folder, "b", "link.JPEG"));
    fs.writeFileSync(path.join(made, folder, "b", "notes.txt"), "no image");
    const archive = path.join(made, "a.tar");
    tar(made, `--format=${format}`, "--sort=name", "-cf", archive, folder);
    const images = await tarImages([archive]);
    expect(await identify(images)).toEqual(Object.keys(stored.train).map((each) => [each, 0]));
    expect(images.classes).toEqual(["b"]);
    expect(images.nameOf(0)).toBe(`${archive}: ${folder}/b/${name}`);
  });

  it("cut anywhere name the byte where the next part ends", async () => {
    await expect(tarImages([cut(webDataset, 700)])).rejects.toThrow(TruncatedFileError);
    await expect(tarImages([cut(webDataset, 700)])).rejects.toThrow(
      /changed is truncated: ILSVRC2012_val_00000001.jpeg, the entry at byte 0, ends at byte 1365, got 700/,
    );
    await expect(tarImages([cut(webDataset, 512 * 3)])).rejects.toThrow(
      /truncated: the header at byte 1536 ends at byte 2048, got 1536/,
    );
  });

  it("cut inside an inner archive are found, too", async () => {
    const made = temporaryFolder();
    tar(path.join(fixtures, "pictures/train"), "-cf", path.join(made, "n01440764.tar"), name);
    fs.truncateSync(path.join(made, "n01440764.tar"), 1024);
    tar(made, "-cf", path.join(made, "outer.tar"), "n01440764.tar");
    await expect(tarImages([path.join(made, "outer.tar")])).rejects.toThrow(
      /outer.tar: n01440764.tar is truncated: n01440764_18.JPEG, the entry at byte 512,/,
    );
  });

  it("with a damaged header, or a label that is none, are refused", async () => {
    await expect(tarImages([flipped(webDataset, 3)])).rejects.toThrow(
      /cannot be read: the tar header at byte 0 has a wrong checksum/,
    );
    const made = temporaryFolder();
    fs.writeFileSync(path.join(made, "1.jpg"), picture("train", name));
    const archive = path.join(made, "a.tar");
    const pack = () => tar(made, "-cf", archive, "--exclude=*.tar", "--sort=name", ".");
    pack();
    await expect(tarImages([archive])).rejects.toThrow("a.tar has images without a class, such as ./1.jpg");
    for (const [content, message] of [
      ["cat", `it holds "cat" instead of a number`],
      ["1".repeat(2e6), "it has 2000000 bytes, more than 1000000"],
    ] as const) {
      fs.writeFileSync(path.join(made, "1.cls"), content);
      pack();
      await expect(tarImages([archive])).rejects.toThrow(message);
    }
    fs.writeFileSync(path.join(made, "2.jpg"), picture("train", name));
    fs.writeFileSync(path.join(made, "1.cls"), "3\n");
    pack();
    await expect(tarImages([archive])).rejects.toThrow("./2.jpg has no label");
    await expect(tarImages([archive], { classes: ["a"] })).rejects.toThrow(DatasetError);
  });

  it("with an extended header of more than 64 kB are refused before it is read", async () => {
    const header = Buffer.alloc(512);
    header.write("x", 0);
    header.write("77777777777\0", 124); // 8 GiB
    header.write("x", 156);
    header.write("        ", 148);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    const bomb = file(header);
    fs.truncateSync(bomb, 2 ** 33 + 4096);
    await expect(tarImages([bomb])).rejects.toThrow(/the extended header at byte 0 has 8589934591 bytes/);
  });
});

describe("TFRecord files", () => {
  it("compute CRC-32C as RFC 3720 does", () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  });

  it("cut anywhere name the byte of the record", async () => {
    await expect(tfRecordImages([cut(records, 2000)])).rejects.toThrow(TruncatedFileError);
    await expect(tfRecordImages([cut(records, 2000)])).rejects.toThrow(
      /changed is truncated: the record at byte 1136 ends at byte 2276, got 2000/,
    );
    await expect(tfRecordImages([cut(records, 1140)])).rejects.toThrow(
      /the length at byte 1136 ends at byte 1148, got 1140/,
    );
  });

  it("with a damaged length are refused; damaged data are an image that cannot be read", async () => {
    await expect(tfRecordImages([flipped(records, 1136)])).rejects.toThrow(
      /the length of the record at byte 1136 has a wrong checksum/,
    );
    const at = fs.readFileSync(records).indexOf(picture("val", "ILSVRC2012_val_00000002.JPEG"));
    const images = await tfRecordImages([flipped(records, at + 400)]);
    await expect(images.read(1)).rejects.toThrow(UnreadableFileError);
    await expect(images.read(1)).rejects.toThrow(
      /the record at byte 1136 cannot be read: its data have a wrong/,
    );
    const skipped: string[] = [];
    const labels: number[] = [];
    const crop = centerCrop({ size: 8 });
    const onCorrupt = ({ message }: Error) => void skipped.push(message);
    for await (const { xs, ys } of imageBatches(images, {
      batchSize: 2,
      crop,
      normalize: plain,
      onCorrupt,
    })) {
      labels.push(...ys.dataSync<"int32">());
      tf.dispose([xs, ys]);
    }
    expect(labels).toEqual([65, 230]);
    expect(skipped).toHaveLength(1);
  });

  it("of other examples are refused by their features", async () => {
    const example = (text: string) => Buffer.from(text, "latin1");
    // Example { features { feature { key: "a" value { int64_list { value: 5 } } } } }
    const other = example("\x0a\x0c\x0a\x0a\x0a\x01a\x12\x05\x1a\x03\x0a\x01\x05");
    await expect(tfRecordImages([file(record(other))])).rejects.toThrow(
      /the record at byte 0 has the features a; expected image\/encoded and image\/class\/label, or image and label/,
    );
    await expect(tfRecordImages([file(record(example("\x0a\xff\xff\xff\x0f")))])).rejects.toThrow(
      /the record at byte 0 cannot be read: it is no tf.train.Example/,
    );
    const many = Buffer.concat(Array.from({ length: 1001 }, () => example("\x0a\x00")));
    const length = example("\x0a\xd2\x0f"); // 2002 bytes
    await expect(tfRecordImages([file(record(Buffer.concat([length, many])))])).rejects.toThrow(
      /it has more than 1000 features/,
    );
    await expect(tfRecordImages([file(new Uint8Array())])).rejects.toThrow("there are no records in");
  });

  it("that count classes from 0 need firstLabel", async () => {
    const zero = path.join(fixtures, "tfrecord/train-00000-of-00002");
    expect([...(await tfRecordImages([zero], { firstLabel: 0 })).labels]).toEqual([1, 1]);
    await expect(tfRecordImages([records], { classes: ["a", "b"] })).rejects.toThrow(
      "has the label 970; labels must be integers from 0 to 1",
    );
  });
});

/** The framing of one record. */
function record(data: Buffer): Buffer {
  const length = Buffer.alloc(12);
  length.writeBigUInt64LE(BigInt(data.length));
  length.writeUInt32LE(maskedCrc32c(length.subarray(0, 8)), 8);
  const footer = Buffer.alloc(4);
  footer.writeUInt32LE(maskedCrc32c(data));
  return Buffer.concat([length, data, footer]);
}

describe("Parquet files", () => {
  it("are grouped, and stay so when images are selected", async () => {
    const images = await parquetImages([parquet]);
    expect([...(images.groupSizes ?? [])]).toEqual([2, 1]);
    const selected = selectImages(images, [0, 2]);
    expect([...(selected.groupSizes ?? [])]).toEqual([1, 1]);
    expect((await identify(selected)).map(([, label]) => label)).toEqual([65, 230]);
    expect(images.nameOf(1)).toBe(`${parquet}: row 1: ILSVRC2012_val_00000002_n09193705.JPEG`);
    expect(images.nameOf(2)).toBe(`${parquet}: row 2`);
  });

  it("that are truncated, damaged or of other columns are refused", async () => {
    await expect(parquetImages([cut(parquet, 5000)])).rejects.toThrow(
      /changed cannot be read: byte 4996 is not PAR1, the end of a Parquet file, so it is truncated/,
    );
    await expect(parquetImages([cut(parquet, 4)])).rejects.toThrow(TruncatedFileError);
    const size = fs.statSync(parquet).size;
    await expect(parquetImages([flipped(parquet, size - 5)])).rejects.toThrow(UnreadableFileError);
    await expect(parquetImages([flipped(parquet, 40)])).rejects.toThrow(UnreadableFileError);
    await expect(parquetImages([parquet], { labelColumn: "fine_label" })).rejects.toThrow(
      "has the columns image, label; expected image and fine_label",
    );
  });

  it("keeps the groups that were used last", async () => {
    const loaded: string[] = [];
    const get = recentlyUsed(
      { items: 3, size: 10 },
      async (key: string) => {
        loaded.push(key);
        return key;
      },
      ({ length }) => length,
    );
    for (const key of ["a", "b", "a", "c", "d", "a", "b", "long long", "a"]) await get(key);
    expect(loaded).toEqual(["a", "b", "c", "d", "b", "long long", "a"]);
    await Promise.all([get("e"), get("e")]);
    expect(loaded.filter((key) => key === "e")).toHaveLength(1);
  });
});

describe("MAT-files", () => {
  it("that unpack to more than 16 MB, or are no MAT-files, are refused", () => {
    const header = Buffer.alloc(128, " ");
    header.write("\x00\x01IM", 124, "latin1");
    const packed = deflateSync(Buffer.alloc(17e6));
    const tag = Buffer.alloc(8);
    tag.writeUInt32LE(15, 0);
    tag.writeUInt32LE(packed.length, 4);
    expect(() => readMatStructs(Buffer.concat([header, tag, packed]), "synsets")).toThrow(
      /larger than 16000000/,
    );
    expect(() => readMatStructs(header, "synsets")).toThrow("it has no structure array synsets");
    expect(() => readMatStructs(Buffer.from("text"), "synsets")).toThrow("no little-endian MATLAB 5 file");
    const meta = fs.readFileSync(path.join(fixtures, "devkit/meta.mat"));
    expect(() => readMatStructs(meta.subarray(0, 20_000), "synsets")).toThrow("it ends within the element");
    expect(readMatStructs(meta, "synsets")[489]).toMatchObject({ ILSVRC2012_ID: 490, WNID: "n01751748" });
  });
});
