/** The images of a run with their preprocessing and labels, and minibatches of them. */

import path from "node:path";
import type { Progress } from "@secateur/command-line";
import type { UnlabelledBatch } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { CommandError } from "../errors.ts";
import { imageBatch, inParts, readImageSet, splitSet } from "../images/image-set.ts";
import { folderLabels, labelsOf } from "../images/labels.ts";
import { modelInput } from "../images/model-input.ts";
import { choosePreprocessing } from "./choose-preprocessing.ts";
import type { LabelledInputs } from "./compare-outputs.ts";
import type { PruneSettings } from "./settings.ts";

/** Images that are computed at once. */
export const batchSize = 16;

export interface Inputs {
  /** Indices of images to score, repair and train on. */
  readonly used: readonly number[];
  /** Indices of images that are held back. */
  readonly held: readonly number[];
  readonly hasLabels: boolean;
  /** What the pixels become, for a reader. */
  readonly preprocessing: string;
  /** Height, width and channels. */
  readonly inputShape: readonly number[];
  readonly batchOf: (indices: readonly number[]) => UnlabelledBatch;
  /** Minibatches of the images that are held back. */
  readonly heldBatches: () => Iterable<LabelledInputs>;
}

/** @param warn - Receives doubts about the preprocessing. */
export async function openInputs(
  model: tfl.LayersModel,
  settings: PruneSettings,
  warn: (warning: string) => void,
  progress: Progress,
): Promise<Inputs> {
  const { seed, maxImages: limit } = settings;
  const input = modelInput(model, settings.imageSize);
  const images = await readImageSet(settings.images ?? "", { input, limit, seed }, progress);
  const { preprocessing, description, warning } = await choosePreprocessing(model, images, settings);
  progress.log(`Preprocessing: ${description}.`);
  if (warning !== null) warn(warning);
  const labels = settings.labels === null ? null : readLabels(model, images.files, settings.labels);
  const batchOf = (indices: readonly number[]): UnlabelledBatch => {
    const xs = imageBatch(images, indices, preprocessing);
    if (labels === null) return { xs };
    return {
      xs,
      ys: tf.tensor1d(
        indices.map((index) => labels[index] ?? 0),
        "int32",
      ),
    };
  };
  const { used, held } = splitSet(images);
  return {
    used,
    held,
    hasLabels: labels !== null,
    preprocessing: description,
    inputShape: [input.height, input.width, input.channels],
    batchOf,
    *heldBatches() {
      for (const part of inParts(held, batchSize))
        yield {
          xs: imageBatch(images, part, preprocessing),
          labels: labels && part.map((index) => labels[index] ?? 0),
        };
    },
  };
}

function readLabels(model: tfl.LayersModel, files: readonly string[], source: string): Int32Array {
  const [output, ...others] = model.outputs;
  const classCount = output?.shape.length === 2 ? output.shape[1] : null;
  if (others.length > 0 || typeof classCount !== "number" || classCount < 2)
    throw new CommandError(
      `--labels needs a network with one output of classes, and "${model.name}" has ${model.outputs.map(({ shape }) => `[${shape.map((size) => size ?? "any").join(", ")}]`).join(" and ")}. Leave --labels out.`,
    );
  return labelsOf(files, source === folderLabels ? source : path.resolve(source), classCount);
}
