/** The images of a folder in memory, as bytes, and minibatches of them. */
import path from "node:path";
import { createRandom, isSecateurError, shuffle } from "@secateur/base";
import type { Progress } from "@secateur/command-line";
import { listImages, type Normalization, readImage } from "@secateur/datasets";
import * as tf from "@tensorflow/tfjs-core";
import { CommandError } from "../errors.ts";
import { counted } from "../numbers.ts";
import type { ModelInput } from "./model-input.ts";
import { writePixels } from "./preprocessing.ts";

export interface ImageSet {
  readonly input: ModelInput;
  /** Paths relative to the folder. */
  readonly files: readonly string[];
  /** `[height, width, 3]` each, RGB. */
  readonly pixels: readonly Uint8Array[];
}

export interface ReadOptions {
  readonly input: ModelInput;
  /** The most images that are read, drawn by the seed. */
  readonly limit: number;
  readonly seed: number;
}

/** @throws CommandError for fewer than two images that can be read. */
export async function readImageSet(
  folder: string,
  { input, limit, seed }: ReadOptions,
  progress: Progress,
): Promise<ImageSet> {
  const found = await listImages(folder);
  const order = shuffle(Int32Array.from(found.keys()), createRandom(seed, found.length));
  const chosen = [...order.subarray(0, limit)].map((index) => found[index] ?? "");
  const task = progress.task("Reading images", chosen.length);
  const files: string[] = [];
  const pixels: Uint8Array[] = [];
  const failures: string[] = [];
  for (const file of chosen) {
    try {
      pixels.push(await readImage(path.join(folder, file), input));
      files.push(file);
    } catch (error) {
      if (!isSecateurError(error)) throw error;
      failures.push(error.message);
    }
    task.advance(1);
  }
  task.done(`${files.length} of ${counted(found.length, "image")}`);
  const [first] = failures;
  if (files.length < 2)
    throw new CommandError(
      `--images: ${folder} has ${files.length} readable ${files.length === 1 ? "image" : "images"}, and at least 2 are needed.${first === undefined ? "" : ` ${first}.`}`,
    );
  if (first !== undefined) progress.log(`Skipped ${counted(failures.length, "image")}: ${first}.`);
  return { input, files, pixels };
}

/** The caller disposes the tensor. @returns `[indices, height, width, channels]` */
export function imageBatch(
  { pixels, input: { height, width, channels } }: ImageSet,
  indices: readonly number[],
  preprocessing: Normalization,
): tf.Tensor4D {
  const size = height * width * channels;
  const values = new Float32Array(indices.length * size);
  for (const [row, index] of indices.entries())
    writePixels(pixels[index] ?? new Uint8Array(), preprocessing, channels, values, row * size);
  return tf.tensor4d(values, [indices.length, height, width, channels]);
}

/** Consecutive parts of a list. */
export function inParts(indices: readonly number[], size: number): readonly (readonly number[])[] {
  return Array.from({ length: Math.ceil(indices.length / size) }, (_, i) =>
    indices.slice(i * size, (i + 1) * size),
  );
}

/** Images to score and repair on, and images that are held back for the comparison: a fifth, at most 200. */
export function splitSet({ files }: ImageSet): {
  readonly used: readonly number[];
  readonly held: readonly number[];
} {
  const count = Math.min(200, Math.max(1, Math.round(files.length / 5)));
  const indices = [...files.keys()];
  return { used: indices.slice(count), held: indices.slice(0, count) };
}
