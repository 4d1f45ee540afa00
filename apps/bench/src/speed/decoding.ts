/** The speed of reading images: decoded, cropped and scaled to 224 × 224 in batches, exact or fast; and its memory. */
import process from "node:process";
import { createRandom } from "@secateur/base";
import {
  type Crop,
  centerCrop,
  type Decoding,
  decodings,
  type EncodedImages,
  imageBatches,
  imagenetStatistics,
  prefetch,
  randomResizedCrop,
} from "@secateur/datasets";
import * as tf from "@tensorflow/tfjs-core";
import sharp from "sharp";
import { markdownOf } from "../report/markdown-table.ts";
import { median } from "../run/median.ts";

export interface DecodingRate {
  readonly decoding: Decoding;
  readonly crop: "evaluation" | "training";
  /** Of each turn. */
  readonly imagesPerSecond: readonly number[];
  /** Of all threads, per image, in each turn. Other processes hardly change it. */
  readonly cpuMs: readonly number[];
}

export interface DecodingMemory {
  readonly images: number;
  readonly tensors: number;
  readonly residentMegabytes: number;
}

const crops: Readonly<Record<DecodingRate["crop"], Crop>> = {
  evaluation: centerCrop(),
  training: randomResizedCrop(),
};

const batchSize = 32;
const imagesPerTurn = 256;
const distinctImages = 16;
/** Of the memory test, for each step of `--steps`. */
export const imagesPerStep = 10;
const samples = 10;

/** All combinations take turns, so disturbances affect them alike. */
export async function measureDecoding(rounds: number, onTurn: () => void): Promise<readonly DecodingRate[]> {
  const images = await generatedImages(imagesPerTurn);
  const measured = decodings.flatMap((decoding) =>
    (["evaluation", "training"] as const).map((crop) => ({
      decoding,
      crop,
      imagesPerSecond: [] as number[],
      cpuMs: [] as number[],
    })),
  );
  // The first turn starts the threads.
  for (let round = -1; round < rounds; round++) {
    for (const { decoding, crop, imagesPerSecond, cpuMs } of measured) {
      const [start, cpu] = [performance.now(), process.cpuUsage()];
      await readAll(images, decoding, crop, () => undefined);
      const { user, system } = process.cpuUsage(cpu);
      if (round < 0) continue;
      imagesPerSecond.push(imagesPerTurn / ((performance.now() - start) / 1000));
      cpuMs.push((user + system) / 1000 / imagesPerTurn);
    }
    if (round >= 0) onTurn();
  }
  return measured;
}

/** Exact decoding with training crops, as in training. */
export async function measureDecodingMemory(
  count: number,
  onImages: (count: number) => void,
): Promise<readonly DecodingMemory[]> {
  const taken: DecodingMemory[] = [];
  let seen = 0;
  const stride = Math.ceil(count / samples);
  await readAll(await generatedImages(count), "exact", "training", (images) => {
    seen += images;
    onImages(images);
    if (seen < stride * (taken.length + 1) && seen < count) return;
    const residentMegabytes = Math.round(process.memoryUsage.rss() / 2 ** 20);
    taken.push({ images: seen, tensors: tf.memory().numTensors, residentMegabytes });
  });
  return taken;
}

async function readAll(
  images: EncodedImages,
  decoding: Decoding,
  crop: DecodingRate["crop"],
  onBatch: (images: number) => void,
): Promise<void> {
  const options = { batchSize, decoding, crop: crops[crop], normalize: imagenetStatistics };
  for await (const { xs, ys } of prefetch(imageBatches(images, options))) {
    const [count] = xs.shape;
    tf.dispose([xs, ys]);
    onBatch(count);
  }
}

/** JPEG files of 500 × 375 pixels and about 110 kB, ImageNet's average; a few, which repeat. */
async function generatedImages(count: number): Promise<EncodedImages> {
  const random = createRandom(1);
  const [width, height] = [125, 94];
  const files = await Promise.all(
    Array.from({ length: distinctImages }, () => {
      const pixels = Uint8Array.from({ length: width * height * 3 }, () => random.below(256));
      const noise = sharp(pixels, { raw: { width, height, channels: 3 } });
      return noise.resize(500, 375, { fit: "fill" }).jpeg({ quality: 95 }).toBuffer();
    }),
  );
  const file = (index: number): Uint8Array => files[index % files.length] ?? new Uint8Array();
  return {
    source: "generated images",
    classes: ["noise"],
    labels: new Int32Array(count),
    count,
    nameOf: (index) => `image ${index}`,
    sizeOf: async (index) => file(index).length,
    read: async (index) => file(index),
  };
}

export function formatDecoding(rates: readonly DecodingRate[]): string {
  const body = rates.map(({ decoding, crop, imagesPerSecond, cpuMs }) => [
    decoding,
    crop,
    median(imagesPerSecond).toFixed(0),
    `${Math.min(...imagesPerSecond).toFixed(0)} … ${Math.max(...imagesPerSecond).toFixed(0)}`,
    median(cpuMs).toFixed(1),
  ]);
  return markdownOf(["decoding", "crop", "images per second", "range", "CPU, ms per image"], body);
}

export function formatDecodingMemory(taken: readonly DecodingMemory[]): string {
  const body = taken.map((each) => [each.images, each.tensors, each.residentMegabytes].map(String));
  return markdownOf(["images", "tensors", "resident, MiB"], body);
}
