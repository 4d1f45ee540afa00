/** What the settings of `bench:cifar10` may be: the command line and `config.json` are checked alike. */
import { z } from "zod";
import { comparisonSettings, someCriterion } from "./comparison.ts";
import { type BenchConfig, budgetNames } from "./config.ts";
import { amount, count, filePath, number, oneOf, shown, trainingImages, unique } from "./setting.ts";

/** With fewer, the test set of a fifth would not even hold one image a class. */
const smallestSubset = 50;

const ratio = number("the share to remove").refine((value) => value > 0 && value < 1, {
  error: ({ input }) => {
    const hint = Number(input) >= 5 && Number(input) < 100 ? ` Did you mean ${Number(input) / 100}?` : "";
    return `wants shares to remove, between 0 and 1, not ${shown(input)}.${hint}`;
  },
});

export const configSchema: z.ZodType<BenchConfig> = z
  .strictObject({
    ...comparisonSettings,
    weights: filePath.nullable(),
    ratios: unique(ratio)
      .min(1, { error: "wants at least one share" })
      .transform((ratios) => ratios.toSorted((a, b) => a - b)),
    budget: oneOf("budget", budgetNames),
    // Runs from before these settings lack them.
    iterative: z.boolean().default(false),
    frequency: count("minibatches", 1).nullable().default(null),
    "per-removal": count("units", 1).nullable().default(null),
    epochs: count("epochs", 0),
    finetune: amount("epochs"),
    seeds: count("seeds", 1),
    workers: count("threads", 1).default(1),
    subset: trainingImages(smallestSubset).nullable(),
    quick: z.boolean(),
  })
  .refine(({ epochs, weights }) => epochs > 0 || weights !== null, {
    path: ["epochs"],
    error: "is 0, so nothing would be trained: give --weights FILE or at least one epoch",
  })
  .refine(...onlyIterative("frequency"))
  .refine(...onlyIterative("per-removal"))
  .refine(...someCriterion);

type IterativeKey = "frequency" | "per-removal";

/** For a setting that says nothing about pruning at once. */
function onlyIterative(key: IterativeKey): [check: (config: BenchConfig) => boolean, params: object] {
  const error = "is about pruning step by step: give --iterative too, or leave it out";
  return [(config) => config.iterative || config[key] === null, { path: [key], error }];
}
