/** The settings of `bench:oracle`: their defaults, and what they may be on the command line and in `config.json` alike. */
import { criterionNames } from "@secateur/criteria";
import { z } from "zod";
import { oneOf, shown, trainingImages } from "../cli/values.ts";
import { comparisonSettings, someCriterion } from "../inputs/input-settings.ts";
import { trainedWeights } from "../inputs/trained-weights.ts";
import type { OracleConfig } from "./measurements.ts";

const largestSeed = 2 ** 31;

/** What draws begin with. */
const seed = z.custom<number>(
  (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= largestSeed,
  { error: ({ input }) => `wants a whole number from 0 to ${largestSeed}, not ${shown(input)}` },
);

export const schema: z.ZodType<OracleConfig> = z
  .strictObject({
    ...comparisonSettings("cifar10"),
    weights: z.string(),
    images: trainingImages(2),
    batchSize: trainingImages(1),
    mode: oneOf("mode", ["train", "eval"]),
    seed,
    subsetImages: trainingImages(0),
  })
  .refine(...someCriterion)
  .refine(({ weights }) => weights !== "", {
    path: ["weights"],
    error: ({ input }) => {
      const { model } = input as OracleConfig;
      return `is missing, and no trained ${model} comes with the repository: give, for instance, the network-0.safetensors of a run of bench:cifar10`;
    },
  });

export const defaults: Omit<OracleConfig, "weights" | "criteria" | "subsetImages"> = {
  model: "lenet3",
  criterion: [],
  images: 1280,
  batchSize: 128,
  mode: "eval",
  seed: 0,
  engine: "auto",
  data: null,
};

/** LeNet3's first layer has 2^16 subsets; the others' are not measured unless asked for. */
const subsetImagesOf = (model: string): number => (model === "lenet3" ? 128 : 0);

/** What was asked for, completed by the defaults; without any weights they are an empty path. */
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
