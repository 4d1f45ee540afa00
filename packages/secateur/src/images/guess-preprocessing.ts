/**
 * Chooses a preprocessing by evidence. With the right one, the batch statistics before the first batch normalisation are like
 * its moving averages, and a classifier is sure of its first class.
 */
import { type Normalization, type PreprocessingName, preprocessings } from "@secateur/datasets";
import { layerWeight } from "@secateur/model-graph";
import { batchNormStatistics } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { topProbability } from "../prune/compare-outputs.ts";
import { type ImageSet, imageBatch } from "./image-set.ts";
import { presetsFor } from "./preprocessing.ts";

/** Images that are looked at. */
const sampleCount = 16;

interface Evidence {
  /** Distance of the batch statistics from the moving averages; null without batch normalisation. */
  readonly mismatch: number | null;
  /** Mean probability of the first class; null where the outputs are not probabilities. */
  readonly confidence: number | null;
}

async function evidenceOf(
  model: tfl.LayersModel,
  images: ImageSet,
  preprocessing: Normalization,
): Promise<Evidence> {
  const indices = [...images.files.keys()].slice(0, sampleCount);
  const xs = imageBatch(images, indices, preprocessing);
  try {
    return { mismatch: await firstMismatch(model, xs), confidence: await topProbability(model, xs) };
  } finally {
    xs.dispose();
  }
}

export interface Guess {
  readonly preset: PreprocessingName;
  /** Why, as the end of a sentence. */
  readonly reason: string;
}

/** Networks that scale their input themselves take raw pixels; without any evidence, pixels are scaled to 0..1. */
export async function guessPreprocessing(model: tfl.LayersModel, images: ImageSet): Promise<Guess> {
  if (model.layers.slice(0, 3).some((layer) => layer.getClassName() === "Rescaling"))
    return { preset: "raw", reason: "the network scales its input itself" };
  const found: { readonly preset: PreprocessingName; readonly mismatch: number }[] = [];
  for (const preset of presetsFor(images.input.channels)) {
    const { mismatch } = await evidenceOf(model, images, preprocessings[preset]);
    if (mismatch !== null && Number.isFinite(mismatch)) found.push({ preset, mismatch });
  }
  const [best] = found.toSorted((a, b) => a.mismatch - b.mismatch);
  if (best === undefined) return { preset: "unit", reason: "the network says nothing about it" };
  return { preset: best.preset, reason: "it fits the moving averages of the first batch normalisation best" };
}

/** A sentence where another preset fits clearly better than the one in use, or null. */
export async function preprocessingWarning(
  model: tfl.LayersModel,
  images: ImageSet,
  used: Normalization,
): Promise<string | null> {
  const { confidence } = await evidenceOf(model, images, used);
  if (confidence === null || confidence > unsure) return null;
  for (const preset of presetsFor(images.input.channels).filter(
    (name) => name !== "raw" && name !== "keras",
  )) {
    const other = (await evidenceOf(model, images, preprocessings[preset])).confidence ?? 0;
    if (other > confidence * clearlyMore)
      return (
        `The network is ${(100 * confidence).toFixed(0)} % sure of its first class on average, and ${(100 * other).toFixed(0)} % with ` +
        `--preprocess ${preset}: the preprocessing may be wrong.`
      );
  }
  return `The network is only ${(100 * confidence).toFixed(0)} % sure of its first class on average: check --preprocess and the images.`;
}

/** Mean probability of the first class below which a classifier is not used to such images. */
const unsure = 0.4;
/** Ratio of confidences that speaks for another preprocessing. */
const clearlyMore = 1.4;

/** Median over channels of the squared distance of means, in variances, and of log variances. */
async function firstMismatch(model: tfl.LayersModel, xs: tf.Tensor4D): Promise<number | null> {
  const statistics = batchNormStatistics(model, [xs]);
  try {
    const [first] = statistics;
    const mean = first && layerWeight(first.layer, "moving_mean")?.read();
    const variance = first && layerWeight(first.layer, "moving_variance")?.read();
    if (first === undefined || mean === undefined || variance === undefined) return null;
    const distances = tf.tidy(() => {
      const floor = tf.add(variance, 1e-3);
      const shift = tf.div(tf.squaredDifference(first.mean, mean), floor);
      const spread = tf.square(tf.log(tf.div(tf.add(first.variance, 1e-3), floor)));
      return tf.add(shift, spread);
    });
    const values = (await distances.data()).toSorted();
    distances.dispose();
    return values[Math.floor(values.length / 2)] ?? null;
  } finally {
    tf.dispose(statistics.flatMap((each) => [each.mean, each.variance]));
  }
}
