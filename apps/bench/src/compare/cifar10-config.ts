/** The settings of `bench:cifar10`: defaults and validation. */

import { count, filePath } from "@secateur/command-line";
import { z } from "zod";
import { trainingImageCount } from "../inputs/cifar10.ts";
import { trainedWeights } from "../inputs/weights.ts";
import { type CompareConfig, commonDefaults } from "./config.ts";
import { configSchema } from "./config-schema.ts";
import { defaultFrequency } from "./pruning-pace.ts";

export const defaults: CompareConfig = {
  ...commonDefaults,
  model: "lenet3",
  ratios: [0.3, 0.5, 0.7],
  epochs: 6,
  finetune: 0.5,
  seeds: 3,
};

/** The defaults with `--quick`. */
export const quickDefaults: Partial<CompareConfig> = {
  ratios: [0.5, 0.7],
  epochs: 2,
  finetune: 0.25,
  seeds: 1,
};

/** The defaults with `--iterative`: one run of the loop passes all ratios, so more of them cost little. */
export const iterativeDefaults: Partial<CompareConfig> = {
  ratios: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
  frequency: defaultFrequency,
  compensate: false,
};

/**
 * Adds the defaults, which `--quick`, `--iterative` and `--weights` change. A network given by name uses the weights
 * of this repository, unless `--weights` or `--epochs` is given.
 */
export function completeConfig(given: Partial<CompareConfig>): CompareConfig {
  const isOpen = given.weights === undefined && given.epochs === undefined;
  const trained = isOpen && typeof given.model === "string" ? trainedWeights(given.model) : null;
  const weights = given.weights ?? trained;
  return {
    ...defaults,
    ...(given.quick ? quickDefaults : {}),
    ...(given.iterative ? iterativeDefaults : {}),
    ...(weights === null ? {} : { weights, epochs: 0 }),
    ...given,
  };
}

/** The test set is a fifth, and needs an image per class. */
const smallestSubset = 50;

export const schema: z.ZodType<CompareConfig> = configSchema("cifar10", {
  network: z.null().default(null),
  preprocess: z.null().default(null),
  weights: filePath.nullable(),
  epochs: count("epochs", 0),
  workers: count("threads", 1).default(1), // missing in the settings of old runs
  data: filePath.nullable(),
  classes: z.null().default(null),
  subset: count("training images", smallestSubset)
    .lte(trainingImageCount, {
      error: `must be at most ${trainingImageCount}, the training images of CIFAR-10`,
    })
    .nullable(),
  quick: z.boolean(),
}).refine(({ epochs, weights }) => epochs > 0 || weights !== null, {
  path: ["epochs"],
  error: "is 0, so no network would be trained: give --weights FILE or at least one epoch",
});
