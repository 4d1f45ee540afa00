/** The settings of `bench:oracle`: defaults and validation. */

import { count, oneOf, shown } from "@secateur/command-line";
import { criterionNames } from "@secateur/criteria";
import type { ModelName } from "@secateur/models";
import { z } from "zod";
import { trainingImageCount } from "../inputs/cifar10.ts";
import { type InputSettings, inputSchemas, someCriterion } from "../inputs/input-settings.ts";
import { trainedWeights } from "../inputs/weights.ts";

export interface OracleConfig extends InputSettings {
  /** Absolute path of a file with trained weights. */
  readonly weights: string;
  /** Everything is measured on the first training images, not augmented. */
  readonly images: number;
  readonly batchSize: number;
  /** Batch normalisation while scoring: statistics of the minibatch or moving ones. The oracle uses moving ones. */
  readonly mode: "train" | "eval";
  /** Of random numbers in criteria, and of the bootstrap. */
  readonly seed: number;
  /** Images for the loss of every subset of the first group's units; 0 is none. */
  readonly subsetImages: number;
  /** Images for the predicted and the measured loss of jointly chosen sets; 0 is none. */
  readonly jointImages: number;
}

const largestSeed = 2 ** 31;

const seed = z.custom<number>(
  (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= largestSeed,
  { error: ({ input }) => `must be a whole number from 0 to ${largestSeed}, not ${shown(input)}` },
);

const images = (least: number): z.ZodNumber =>
  count("training images", least).lte(trainingImageCount, {
    error: `must be at most ${trainingImageCount}, the training images of CIFAR-10`,
  });

export const schema: z.ZodType<OracleConfig> = z
  .strictObject({
    ...inputSchemas("cifar10"),
    weights: z.string(),
    images: images(2),
    batchSize: images(1),
    mode: oneOf(["train", "eval"]),
    seed,
    subsetImages: images(0),
    jointImages: images(0),
  })
  .refine(...someCriterion)
  .superRefine(({ model, weights }, context) => {
    if (weights !== "") return;
    const message = `is missing, and this repository has no trained ${model}: give, for instance, network-0.safetensors of a run of bench:cifar10`;
    context.addIssue({ code: "custom", path: ["weights"], message });
  });

export const defaults: Omit<OracleConfig, "weights" | "criteria" | "subsetImages"> = {
  model: "lenet3",
  criterion: [],
  images: 1280,
  batchSize: 128,
  mode: "eval",
  seed: 0,
  jointImages: 256,
  engine: "auto",
  data: null,
};

/** The first layer of LeNet3 has 2^16 subsets; those of other networks are measured on request. */
const subsetImagesOf = (model: ModelName): number => (model === "lenet3" ? 128 : 0);

/** Adds the defaults. Without any weights `weights` is empty, which the schema refuses. */
export function completeConfig(given: Partial<OracleConfig>): OracleConfig {
  const { model = defaults.model } = given;
  return {
    ...defaults,
    weights: trainedWeights(model) ?? "",
    criteria: criterionNames,
    subsetImages: subsetImagesOf(model),
    ...given,
  };
}
