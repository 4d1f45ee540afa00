import fs from "node:fs";
import path from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { concurrently } from "../src/concurrently.ts";
import {
  type Batch,
  centerCrop,
  DatasetOptionError,
  imageFolder,
  type PictureBatchOptions,
  pictureBatches,
  prefetch,
  randomResizedCrop,
  UnreadableFileError,
} from "../src/index.ts";
import { decode } from "../src/pictures/decode.ts";
import { formulaBytes, formulaPicture, plainPicture, temporaryFolder, writeFiles } from "./tiny-pictures.ts";

/** Leaves bytes 0..255 as they are. */
const plain = { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] };
const untouched = { batchSize: 4, normalize: plain, crop: centerCrop({ size: 8, shortSide: 8 }) };

const sharp8 = () => formulaPicture(8, 8);

/** [picture, pixels], and the labels. */
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

/** Twenty pictures of 12 by 12 pixels, each of its own grey, ten a class. */
async function greys(): Promise<string> {
  const directory = temporaryFolder();
  for (let i = 0; i < 20; i++) {
    const name = `${i % 2 === 0 ? "even" : "odd"}/${String(i).padStart(2, "0")}.png`;
    await writeFiles(directory, { [name]: plainPicture(12, [i * 10, i * 10, i * 10]).png() });
  }
  return directory;
}

describe("decode", () => {
  it("reads what Pillow reads, in RGB", async () => {
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
      "profile.png": plainPicture(4, [255, 0, 0]).withIccProfile("p3").png(),
      "cmyk.jpg": plainPicture(8, [200, 40, 90]).toColourspace("cmyk").jpeg({ quality: 100 }),
    });
    const profile = await decode(path.join(directory, "profile.png"));
    // Pure red of sRGB is written so in Display P3.
    expect([...profile.data.subarray(0, 3)]).toEqual([234, 51, 34]);
    // Pillow: CMYK 4 247 117 38, RGB 214 7 117.
    const cmyk = await decode(path.join(directory, "cmyk.jpg"));
    expect([...cmyk.data]).toEqual(Array(64).fill([214, 7, 117]).flat());
  });

  it("names a picture that is broken", async () => {
    const directory = temporaryFolder();
    const whole = await formulaPicture(64, 64).jpeg().toBuffer();
    await writeFiles(directory, {
      "cut.jpg": whole.subarray(0, whole.length / 2),
      "text.jpg": Buffer.from("no picture"),
      "empty.png": new Uint8Array(),
    });
    for (const name of fs.readdirSync(directory)) {
      const file = path.join(directory, name);
      await expect(decode(file)).rejects.toThrow(UnreadableFileError);
      await expect(decode(file)).rejects.toThrow(`${file} cannot be read: `);
    }
    const gone = path.join(directory, "gone.png");
    await expect(decode(gone)).rejects.toThrow(`${gone} cannot be read (ENOENT)`);
  });
});

describe("pictureBatches", () => {
  it("hold pictures and labels together, the last one shorter", async () => {
    const folder = await imageFolder(await greys());
    const shapes: number[][] = [];
    for await (const { xs, ys } of pictureBatches(folder, { ...untouched, batchSize: 8 })) {
      shapes.push(xs.shape);
      tf.dispose([xs, ys]);
    }
    expect(shapes).toEqual([
      [8, 8, 8, 3],
      [8, 8, 8, 3],
      [4, 8, 8, 3],
    ]);
    const { xs, ys } = await collect(pictureBatches(folder, untouched));
    expect(ys).toEqual([...Array(10).fill(0), ...Array(10).fill(1)]);
    const inOrder = [...Array(10).keys()].map((i) => 20 * i);
    expect(xs.map(([first]) => first)).toEqual([...inOrder, ...inOrder.map((grey) => grey + 10)]);
  });

  it("normalise, and leave a picture of the right size alone", async () => {
    const directory = temporaryFolder();
    await writeFiles(directory, { "a/1.png": sharp8().png() });
    const folder = await imageFolder(directory);
    expect((await collect(pictureBatches(folder, untouched))).xs[0]).toEqual([...formulaBytes(8, 8)]);
    const normalize = { mean: [0.5, 0.25, 0], std: [0.5, 1, 2] };
    for await (const { xs, ys } of pictureBatches(folder, { ...untouched, normalize })) {
      const [r = 0, g = 0, b = 0] = formulaBytes(8, 8);
      expect([...xs.dataSync()].slice(0, 3)).toBeAllClose([
        (r / 255 - 0.5) / 0.5,
        g / 255 - 0.25,
        b / 255 / 2,
      ]);
      tf.dispose([xs, ys]);
    }
  });

  it("follow from seed and epoch alone", async () => {
    const directory = temporaryFolder();
    for (let i = 0; i < 9; i++) {
      await writeFiles(directory, { [`${i % 3}/${i}.jpg`]: formulaPicture(20 + i, 33 - i).jpeg() });
    }
    const folder = await imageFolder(directory);
    const epoch = (options: Partial<PictureBatchOptions>) =>
      pictureBatches(folder, {
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

  it("leave nothing behind when the loop ends early", async () => {
    const folder = await imageFolder(await greys());
    const before = tf.memory().numTensors;
    for await (const batch of prefetch(pictureBatches(folder, { ...untouched, batchSize: 2 }), 3)) {
      tf.dispose([batch.xs, batch.ys]);
      break;
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it("pass on what is wrong with a picture, after the batches before it", async () => {
    const directory = await greys();
    fs.writeFileSync(path.join(directory, "odd/01.png"), "no picture");
    const seen: number[] = [];
    const run = async () => {
      for await (const { xs, ys } of pictureBatches(await imageFolder(directory), untouched)) {
        seen.push(xs.shape[0]);
        tf.dispose([xs, ys]);
      }
    };
    await expect(run()).rejects.toThrow(path.join(directory, "odd", "01.png"));
    expect(seen).toEqual([4, 4]);
  });

  it("refuse sizes that make no sense", async () => {
    const folder = await imageFolder(await greys());
    expect(() => pictureBatches(folder, { ...untouched, batchSize: 0 })).toThrow(DatasetOptionError);
    expect(() => pictureBatches(folder, { ...untouched, normalize: { mean: [0], std: [1] } })).toThrow(
      /3 channels/,
    );
  });
});

describe("concurrently", () => {
  /** Counts what was begun and what is under way. */
  function watched() {
    const state = { begun: 0, underWay: 0, most: 0 };
    const work = async (milliseconds: number): Promise<number> => {
      state.begun++;
      state.most = Math.max(state.most, ++state.underWay);
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      state.underWay--;
      if (milliseconds === 7) throw new Error("seven");
      return milliseconds;
    };
    return { state, work };
  }

  it("gives results in the items' order, never more than so many in the making", async () => {
    const { state, work } = watched();
    const items = [9, 1, 5, 0, 3, 2];
    const results: number[] = [];
    for await (const n of concurrently(items, 3, work)) results.push(n);
    expect(results).toEqual(items);
    expect(state).toEqual({ begun: 6, underWay: 0, most: 3 });
  });

  it("waits for what it began when the loop ends early or one fails", async () => {
    const early = watched();
    for await (const _ of concurrently([1, 20, 20, 20, 20], 3, early.work)) break;
    expect(early.state).toEqual({ begun: 3, underWay: 0, most: 3 });

    const failing = watched();
    const seen: number[] = [];
    const run = async () => {
      for await (const n of concurrently([1, 7, 20, 20, 20], 3, failing.work)) seen.push(n);
    };
    await expect(run()).rejects.toThrow("seven");
    expect(seen).toEqual([1]);
    expect(failing.state).toMatchObject({ begun: 4, underWay: 0 });
  });
});
