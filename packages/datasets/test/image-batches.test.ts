import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { crc32 } from "node:zlib";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { epochOrder } from "../src/epoch.ts";
import { byteBudget } from "../src/images/byte-budget.ts";
import { decodeView } from "../src/images/decode-view.ts";
import { readImageFile, sizeOfFile } from "../src/images/image-files.ts";
import {
  type Batch,
  CorruptImagesError,
  centerCrop,
  DatasetOptionError,
  type ImageBatchOptions,
  imageBatches,
  imageFolder,
  MissingFileError,
  prefetch,
  randomResizedCrop,
  selectImages,
  UnreadableFileError,
} from "../src/index.ts";
import {
  type CmykLayout,
  cmykTiff,
  formulaBytes,
  formulaImage,
  plainImage,
  temporaryFolder,
  writeFiles,
} from "./tiny-images.ts";

/** All pixels of a file. */
async function decode(file: string) {
  let size = { height: 0, width: 0 };
  const view = (height: number, width: number) => {
    size = { height, width };
    const box = { top: 0, left: 0, ...size };
    return { box, scaled: size, window: box, mirrored: false };
  };
  const image = { name: file, size: () => sizeOfFile(file), read: () => readImageFile(file) };
  const data = await decodeView(image, { decoding: "exact", view });
  return { data, ...size };
}

/** Keeps bytes 0..255. */
const plain = { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] };
const unscaled = { batchSize: 4, normalize: plain, crop: centerCrop({ size: 8, shortSide: 8 }) };

const sharp8 = () => formulaImage(8, 8);

/** [image, pixels], and the labels. */
async function collect(batches: AsyncIterable<Batch>): Promise<{ xs: number[][]; ys: number[] }> {
  const all: { xs: number[][]; ys: number[] } = { xs: [], ys: [] };
  for await (const { xs, ys } of batches) {
    expect([xs.dtype, ys.dtype]).toEqual(["float32", "int32"]);
    const [count, height, width, channels] = xs.shape;
    const pixels = [...xs.dataSync()];
    const size = height * width * channels;
    for (let i = 0; i < count; i++) all.xs.push(pixels.slice(i * size, (i + 1) * size).map(Math.round));
    all.ys.push(...ys.dataSync());
    tf.dispose([xs, ys]);
  }
  return all;
}

/** Twenty images of 12 × 12 pixels, each of another grey, ten per class. */
async function greys(): Promise<string> {
  const directory = temporaryFolder();
  for (let i = 0; i < 20; i++) {
    const name = `${i % 2 === 0 ? "even" : "odd"}/${String(i).padStart(2, "0")}.png`;
    await writeFiles(directory, { [name]: plainImage(12, [i * 10, i * 10, i * 10]).png() });
  }
  return directory;
}

/** The start of a PNG file that declares this size. */
function pngHeader(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8); // 8 bits, RGB
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT"),
    chunk("IEND"),
  ]);
}

function chunk(type: string, content: Uint8Array = new Uint8Array()): Buffer {
  const typed = Buffer.concat([Buffer.from(type), content]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  checksum.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, checksum]);
}

describe("decode", () => {
  it("decodes to the same RGB bytes as Pillow", async () => {
    const directory = temporaryFolder();
    const grey = await sharp8().greyscale().png().toBuffer();
    await writeFiles(directory, {
      "rgb.png": sharp8().png(),
      "named-wrongly.jpg": sharp8().png(),
      "transparent.png": sharp8().ensureAlpha(0.5).png(),
      "lossless.webp": sharp8().webp({ lossless: true }),
      "rgb.tif": sharp8().tiff({ compression: "none" }),
      "turned.tif": sharp8().withMetadata({ orientation: 6 }).tiff({ compression: "none" }),
      "grey.png": grey,
    });
    const expected = formulaBytes(8, 8);
    for (const name of [
      "rgb.png",
      "named-wrongly.jpg",
      "transparent.png",
      "lossless.webp",
      "rgb.tif",
      "turned.tif",
    ]) {
      const { data, height, width } = await decode(path.join(directory, name));
      expect([name, height, width, [...data]]).toEqual([name, 8, 8, [...expected]]);
    }
    const { data } = await decode(path.join(directory, "grey.png"));
    expect(data.length).toBe(8 * 8 * 3);
    expect(data.every((byte, i) => byte === data[i - (i % 3)])).toBe(true);
  });

  it("ignores colour profiles, and converts CMYK by the plain formula", async () => {
    const directory = temporaryFolder();
    await writeFiles(directory, {
      "profile.png": plainImage(4, [255, 0, 0]).withIccProfile("p3").png(),
      "cmyk.jpg": plainImage(8, [200, 40, 90]).toColourspace("cmyk").jpeg({ quality: 100 }),
    });
    const profile = await decode(path.join(directory, "profile.png"));
    // Pure sRGB red in Display P3.
    expect([...profile.data.subarray(0, 3)]).toEqual([234, 51, 34]);
    // Pillow: CMYK 4 247 117 38, RGB 214 7 117.
    const cmyk = await decode(path.join(directory, "cmyk.jpg"));
    expect([...cmyk.data]).toEqual(Array(64).fill([214, 7, 117]).flat());
  });

  it.each<readonly [string, CmykLayout]>([
    ["8 bits", { bits: 8 }],
    ["8 bits and an unspecified channel", { bits: 8, extraChannel: 0 }],
    ["8 bits and transparency", { bits: 8, extraChannel: 2 }],
    ["16 bits", { bits: 16 }],
    ["16 bits and transparency", { bits: 16, extraChannel: 2 }],
  ])("CMYK TIFF of %s", async (_, layout) => {
    const inks = [
      [4, 247, 117, 38],
      [0, 0, 0, 0],
      [255, 255, 255, 255],
      [10, 20, 30, 40],
    ];
    const samples = inks.flatMap((pixel) => (layout.extraChannel === undefined ? pixel : [...pixel, 128]));
    // The less significant byte does not matter, as in Pillow.
    const bytes = samples.flatMap((value) => (layout.bits === 8 ? [value] : [(37 * value) % 256, value]));
    const directory = temporaryFolder();
    await writeFiles(directory, { "inks.tif": cmykTiff(layout, 4, Uint8Array.from(bytes)) });
    const { data, height, width } = await decode(path.join(directory, "inks.tif"));
    expect([height, width]).toEqual([1, 4]);
    // By Pillow 12.0.
    expect([...data]).toEqual([214, 7, 117, 255, 255, 255, 0, 0, 0, 207, 198, 190]);
  });

  it("CMYK of other numbers is refused by name", async () => {
    const directory = temporaryFolder();
    const tiff = cmykTiff({ bits: 32, sampleFormat: 3 }, 1, new Uint8Array(16));
    await writeFiles(directory, { "inks.tif": tiff });
    await expect(decode(path.join(directory, "inks.tif"))).rejects.toThrow(
      "CMYK with channels of type float is not supported",
    );
  });

  it("names a corrupt image", async () => {
    const directory = temporaryFolder();
    const whole = await formulaImage(64, 64).jpeg().toBuffer();
    await writeFiles(directory, {
      "cut.jpg": whole.subarray(0, whole.length / 2),
      "text.jpg": Buffer.from("no image"),
      "empty.png": new Uint8Array(),
    });
    for (const name of fs.readdirSync(directory)) {
      const file = path.join(directory, name);
      await expect(decode(file)).rejects.toThrow(UnreadableFileError);
      await expect(decode(file)).rejects.toThrow(`${file} cannot be read: `);
    }
    const gone = path.join(directory, "gone.png");
    await expect(decode(gone)).rejects.toThrow(MissingFileError);
    await expect(decode(gone)).rejects.toThrow(`${gone} is missing`);
  });

  it("refuses other formats by their content, whatever the name says", async () => {
    const directory = temporaryFolder();
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>';
    await writeFiles(directory, { "drawing.png": Buffer.from(svg) });
    await expect(decode(path.join(directory, "drawing.png"))).rejects.toThrow("not JPEG, PNG, WebP or TIFF");
  });

  it("refuses an image of more pixels than Pillow accepts", async () => {
    const directory = temporaryFolder();
    await writeFiles(directory, { "huge.png": pngHeader(15_000, 15_000) });
    await expect(decode(path.join(directory, "huge.png"))).rejects.toThrow(/exceeds pixel limit/);
  });

  it("refuses a file that is larger than an uncompressed image may be", async () => {
    const file = path.join(temporaryFolder(), "sparse.png");
    fs.writeFileSync(file, "\x89PNG\r\n\x1a\n", "latin1");
    fs.truncateSync(file, 1.2e9);
    await expect(decode(file)).rejects.toThrow(`${file} has 1200000000 bytes; at most 1100000000 are read`);
  });

  it.skipIf(process.platform === "win32")("refuses a FIFO instead of waiting for it", async () => {
    const fifo = path.join(temporaryFolder(), "1.png");
    execFileSync("mkfifo", [fifo]);
    await expect(decode(fifo)).rejects.toThrow(`${fifo} is not a regular file`);
  });
});

describe("byteBudget", () => {
  it("bounds what tasks hold together, in their order; a larger task runs alone", async () => {
    const budget = byteBudget(100);
    let held = 0;
    const seen: [number, number][] = [];
    const sizes = [60, 60, 40, 250, 10, 90, 0];
    const tasks = sizes.map((bytes) =>
      budget(bytes, async () => {
        held += bytes;
        seen.push([bytes, held]);
        await new Promise((resolve) => setTimeout(resolve, 2));
        held -= bytes;
        return bytes;
      }),
    );
    expect(await Promise.all(tasks)).toEqual(sizes);
    expect(seen.map(([bytes]) => bytes)).toEqual(sizes);
    for (const [bytes, together] of seen) expect(together).toBeLessThanOrEqual(Math.max(100, bytes));
  });

  it("gives back what a task that fails held", async () => {
    const budget = byteBudget(1);
    await expect(budget(1, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    expect(await budget(1, async () => "next")).toBe("next");
  });
});

describe("imageBatches", () => {
  it("yields images with their labels; the last batch is smaller", async () => {
    const folder = await imageFolder(await greys());
    const shapes: number[][] = [];
    for await (const { xs, ys } of imageBatches(folder, { ...unscaled, batchSize: 8 })) {
      shapes.push(xs.shape);
      tf.dispose([xs, ys]);
    }
    expect(shapes).toEqual([
      [8, 8, 8, 3],
      [8, 8, 8, 3],
      [4, 8, 8, 3],
    ]);
    const { xs, ys } = await collect(imageBatches(folder, unscaled));
    expect(ys).toEqual([...Array(10).fill(0), ...Array(10).fill(1)]);
    const inOrder = [...Array(10).keys()].map((i) => 20 * i);
    expect(xs.map(([first]) => first)).toEqual([...inOrder, ...inOrder.map((grey) => grey + 10)]);
  });

  it("normalises, and keeps an image of the right size unchanged", async () => {
    const directory = temporaryFolder();
    await writeFiles(directory, { "a/1.png": sharp8().png() });
    const folder = await imageFolder(directory);
    expect((await collect(imageBatches(folder, unscaled))).xs[0]).toEqual([...formulaBytes(8, 8)]);
    const normalize = { mean: [0.5, 0.25, 0], std: [0.5, 1, 2] };
    for await (const { xs, ys } of imageBatches(folder, { ...unscaled, normalize })) {
      const [r = 0, g = 0, b = 0] = formulaBytes(8, 8);
      expect([...xs.dataSync()].slice(0, 3)).toBeAllClose([
        (r / 255 - 0.5) / 0.5,
        g / 255 - 0.25,
        b / 255 / 2,
      ]);
      tf.dispose([xs, ys]);
    }
  });

  it("depends on seed and epoch alone", async () => {
    const directory = temporaryFolder();
    for (let i = 0; i < 9; i++) {
      await writeFiles(directory, { [`${i % 3}/${i}.jpg`]: formulaImage(20 + i, 33 - i).jpeg() });
    }
    const folder = await imageFolder(directory);
    const epoch = (options: Partial<ImageBatchOptions>) =>
      imageBatches(folder, {
        batchSize: 4,
        normalize: plain,
        crop: randomResizedCrop({ size: 8 }),
        shuffle: true,
        seed: 1,
        epoch: 2,
        ...options,
      });
    const items = epoch({});
    const first = await collect(items);
    expect(await collect(items)).toEqual(first);
    expect(await collect(epoch({ batchSize: 9 }))).toEqual(first);
    expect(await collect(epoch({ epoch: 3 }))).not.toEqual(first);
    expect(await collect(epoch({ seed: 2 }))).not.toEqual(first);
    const inOrder = await collect(epoch({ shuffle: false }));
    expect(new Set(inOrder.xs.map(String))).toEqual(new Set(first.xs.map(String)));
    expect(await collect(epoch({ limit: 5 }))).toEqual({
      xs: first.xs.slice(0, 5),
      ys: first.ys.slice(0, 5),
    });
    expect((await collect(epoch({ dropLast: true }))).ys).toEqual(first.ys.slice(0, 8));
  });

  it("leaks nothing when the loop ends early", async () => {
    const folder = await imageFolder(await greys());
    const before = tf.memory().numTensors;
    for await (const batch of prefetch(imageBatches(folder, { ...unscaled, batchSize: 2 }), 3)) {
      tf.dispose([batch.xs, batch.ys]);
      break;
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it("leaves corrupt images out of their batches, and names them", async () => {
    const directory = await greys();
    fs.writeFileSync(path.join(directory, "even/02.png"), "no image");
    fs.truncateSync(path.join(directory, "odd/01.png"), 40);
    const folder = await imageFolder(directory);
    const skipped: string[] = [];
    const options = { ...unscaled, onCorrupt: ({ message }: Error) => void skipped.push(message) };
    const { xs, ys } = await collect(imageBatches(folder, options));
    expect(ys).toEqual([...Array(9).fill(0), ...Array(9).fill(1)]);
    expect(xs.map(([first]) => first).slice(0, 3)).toEqual([0, 40, 60]);
    expect(skipped).toEqual([
      expect.stringContaining(`${path.join(directory, "even", "02.png")} cannot be read: its content is not`),
      expect.stringContaining(`${path.join(directory, "odd", "01.png")} cannot be read: `),
    ]);
    const sizes: number[] = [];
    for await (const batch of imageBatches(folder, options)) {
      sizes.push(batch.xs.shape[0]);
      tf.dispose([batch.xs, batch.ys]);
    }
    expect(sizes).toEqual([3, 4, 3, 4, 4]);
    const rest = await collect(imageBatches(folder, { ...options, skip: 8 }));
    expect(rest).toEqual({ xs: xs.slice(7), ys: ys.slice(7) });
    const corruptOnly = await collect(imageBatches(folder, { ...options, batchSize: 1, dropLast: true }));
    expect(corruptOnly.ys).toHaveLength(18);
  });

  it("throws for more corrupt images than may be skipped, and where none can be read", async () => {
    const directory = await greys();
    for (const name of ["even/02.png", "odd/01.png"]) fs.writeFileSync(path.join(directory, name), "no");
    const folder = await imageFolder(directory);
    const quiet = { ...unscaled, onCorrupt: () => {} };
    const epoch = (maximumCorrupt: number) => collect(imageBatches(folder, { ...quiet, maximumCorrupt }));
    await expect(epoch(1)).rejects.toThrow(CorruptImagesError);
    await expect(epoch(1)).rejects.toThrow(
      /^2 of the epoch's 20 images cannot be read, and at most 1 may be skipped: .*02\.png cannot be read: .*01\.png/,
    );
    expect((await epoch(2)).ys).toHaveLength(18);
    const corrupt = selectImages(folder, [1, 10]);
    await expect(collect(imageBatches(corrupt, quiet))).rejects.toThrow(/^2 of the epoch's 2 images/);
    expect(() => imageBatches(folder, { ...unscaled, maximumCorrupt: -1 })).toThrow(DatasetOptionError);
  });

  it("mixes images of a few groups at a time where they are stored in groups", async () => {
    const count = 100;
    const groupSizes = new Int32Array(20).fill(5);
    const order = epochOrder(count, { batchSize: 1, shuffle: true, seed: 3 }, groupSizes);
    expect([...order].toSorted((a, b) => a - b)).toEqual([...Array(count).keys()]);
    const groupsIn = (first: number, last: number) =>
      new Set([...order.subarray(first, last)].map((i) => Math.floor(i / 5)));
    expect(groupsIn(0, 40).size).toBe(8);
    expect(groupsIn(0, 10).size).toBeGreaterThan(2);
    expect([...order]).not.toEqual([...epochOrder(count, { batchSize: 1, shuffle: true }, groupSizes)]);
    expect([...epochOrder(count, { batchSize: 1 }, groupSizes)]).toEqual([...Array(count).keys()]);
  });

  it("decodes fast with nearly the same pixels, whatever the view", async () => {
    const directory = temporaryFolder();
    const smooth = (width: number, height: number) =>
      formulaImage(6, 8).resize(width, height, { fit: "fill" });
    await writeFiles(directory, {
      "a/large.jpg": smooth(900, 700).jpeg({ quality: 95 }),
      "a/small.png": smooth(40, 50).png(),
      "a/grey.jpg": smooth(300, 200).greyscale().jpeg({ quality: 95 }),
      "a/cmyk.jpg": smooth(300, 200).toColourspace("cmyk").jpeg({ quality: 95 }),
    });
    const folder = await imageFolder(directory);
    for (const crop of [centerCrop({ size: 64 }), randomResizedCrop({ size: 64 })]) {
      for (const seed of [0, 1, 2, 3]) {
        const options = { batchSize: 1, normalize: plain, crop, seed };
        const exact = await collect(imageBatches(folder, options));
        const fast = await collect(imageBatches(folder, { ...options, decoding: "fast" }));
        for (const [i, pixels] of exact.xs.entries()) {
          const other = fast.xs[i] ?? [];
          const difference = pixels.reduce((sum, value, k) => sum + Math.abs(value - (other[k] ?? 0)), 0);
          expect([folder.nameOf(i), other.length]).toEqual([folder.nameOf(i), pixels.length]);
          expect(difference / pixels.length).toBeLessThan(6);
        }
      }
    }
  });

  it("rejects a batch size of 0 and a wrong number of channels", async () => {
    const folder = await imageFolder(await greys());
    expect(() => imageBatches(folder, { ...unscaled, batchSize: 0 })).toThrow(DatasetOptionError);
    expect(() => imageBatches(folder, { ...unscaled, normalize: { mean: [0], std: [1] } })).toThrow(
      /3 channels/,
    );
  });
});
