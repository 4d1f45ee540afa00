/** What the settings of a `BenchConfig` may be: the command line and `config.json` are checked alike. */
import { z } from "zod";
import { amount, count, number, oneOf, shown, unique } from "../cli/values.ts";
import type { DataSet } from "../inputs/data-set.ts";
import { comparisonSettings, someCriterion } from "../inputs/input-settings.ts";
import { type BenchConfig, budgetNames } from "./config.ts";

const ratio = number("the share to remove").refine((value) => value > 0 && value < 1, {
  error: ({ input }) => {
    const hint = Number(input) >= 5 && Number(input) < 100 ? ` Did you mean ${Number(input) / 100}?` : "";
    return `wants shares to remove, between 0 and 1, not ${shown(input)}.${hint}`;
  },
});

/** What every program checks in its own way. */
type OwnKey = "weights" | "epochs" | "workers" | "data" | "classes" | "subset" | "quick";
type OwnSettings = { readonly [Key in OwnKey]: z.ZodType<BenchConfig[Key]> };

export function schemaOf(dataSet: DataSet, own: OwnSettings): z.ZodType<BenchConfig> {
  return z
    .strictObject({
      ...comparisonSettings(dataSet),
      ratios: unique(ratio)
        .min(1, { error: "wants at least one share" })
        .transform((ratios) => ratios.toSorted((a, b) => a - b)),
      budget: oneOf("budget", budgetNames),
      // Runs from before these settings lack them.
      iterative: z.boolean().default(false),
      frequency: count("minibatches", 1).nullable().default(null),
      "per-removal": count("units", 1).nullable().default(null),
      finetune: amount("epochs"),
      seeds: count("seeds", 1),
      ...own,
    })
    .refine(...onlyIterative("frequency"))
    .refine(...onlyIterative("per-removal"))
    .refine(...someCriterion);
}

type IterativeKey = "frequency" | "per-removal";

/** For a setting that says nothing about pruning at once. */
function onlyIterative(key: IterativeKey): [check: (config: BenchConfig) => boolean, params: object] {
  const error = "is about pruning step by step: give --iterative too, or leave it out";
  return [(config) => config.iterative || config[key] === null, { path: [key], error }];
}
