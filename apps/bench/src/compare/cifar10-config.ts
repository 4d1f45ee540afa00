/** The settings of `bench:cifar10`: their defaults, and what they may be on the command line and in `config.json` alike. */
import { z } from "zod";
import { count, filePath, trainingImages } from "../cli/values.ts";
import { trainedWeights } from "../inputs/trained-weights.ts";
import { type BenchConfig, commonDefaults } from "./config.ts";
import { schemaOf } from "./config-schema.ts";
import { usualFrequency } from "./pruning-pace.ts";

export const defaults: BenchConfig = {
  ...commonDefaults,
  model: "lenet3",
  ratios: [0.3, 0.5, 0.7],
  epochs: 6,
  finetune: 0.5,
  seeds: 3,
};

/** What `--quick` puts in the place of the defaults. */
export const quickDefaults: Partial<BenchConfig> = {
  ratios: [0.5, 0.7],
  epochs: 2,
  finetune: 0.25,
  seeds: 1,
};

/** What `--iterative` puts there: ratios cost next to nothing where one way leads through all of them. */
export const iterativeDefaults: Partial<BenchConfig> = {
  ratios: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
  frequency: usualFrequency,
};

/**
 * What was asked for, completed by the defaults; `--quick`, `--iterative` and `--weights` have defaults of their own. A network that is
 * asked for by name and comes trained is taken as it comes, unless it is to be trained or loaded from elsewhere.
 */
export function completeConfig(given: Partial<BenchConfig>): BenchConfig {
  const isOpen = given.weights === undefined && given.epochs === undefined;
  const trained = isOpen && given.model !== undefined ? trainedWeights(given.model) : null;
  const weights = given.weights ?? trained;
  return {
    ...defaults,
    ...(given.quick ? quickDefaults : {}),
    ...(given.iterative ? iterativeDefaults : {}),
    ...(weights === null ? {} : { weights, epochs: 0 }),
    ...given,
  };
}

/** With fewer, the test set of a fifth would not even hold one image a class. */
const smallestSubset = 50;

export const schema: z.ZodType<BenchConfig> = schemaOf("cifar10", {
  weights: filePath.nullable(),
  epochs: count("epochs", 0),
  workers: count("threads", 1).default(1), // runs from before this setting lack it
  data: filePath.nullable(),
  classes: z.null().default(null),
  subset: trainingImages(smallestSubset).nullable(),
  quick: z.boolean(),
}).refine(({ epochs, weights }) => epochs > 0 || weights !== null, {
  path: ["epochs"],
  error: "is 0, so nothing would be trained: give --weights FILE or at least one epoch",
});
