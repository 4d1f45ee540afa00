/** Validates a `CompareConfig`, from the command line and from `config.json` alike. */

import { amount, count, number, oneOf, shown, unique } from "@secateur/command-line";
import { criterionNames } from "@secateur/criteria";
import { decodings } from "@secateur/datasets";
import { z } from "zod";
import type { DataSet } from "../inputs/data-set.ts";
import { inputSchemas, someCriterion } from "../inputs/input-settings.ts";
import { allCriteria } from "../inputs/load-criteria.ts";
import { budgetSchema } from "./budget.ts";
import type { CompareConfig } from "./config.ts";

const ratio = number("the share to remove").refine((value) => value > 0 && value < 1, {
  error: ({ input }) => {
    const hint = Number(input) >= 5 && Number(input) < 100 ? ` Did you mean ${Number(input) / 100}?` : "";
    return `must be shares to remove, between 0 and 1, not ${shown(input)}.${hint}`;
  },
});

/** The settings that each program validates in its own way. */
type OwnKey =
  | "network"
  | "preprocess"
  | "weights"
  | "epochs"
  | "workers"
  | "data"
  | "classes"
  | "subset"
  | "quick";
type OwnSchemas = { readonly [Key in OwnKey]: z.ZodType<CompareConfig[Key]> };

export function configSchema(dataSet: DataSet, own: OwnSchemas): z.ZodType<CompareConfig> {
  const { model, ...inputs } = inputSchemas(dataSet);
  return z
    .strictObject({
      ...inputs,
      model: model.nullable(),
      criteria: unique(oneOf([...criterionNames, allCriteria])),
      ratios: unique(ratio)
        .min(1, { error: "must name at least one share" })
        .transform((ratios) => ratios.toSorted((a, b) => a - b)),
      budget: budgetSchema,
      // Missing in the settings of old runs.
      iterative: z.boolean().default(false),
      frequency: count("minibatches", 1).nullable().default(null),
      "per-removal": count("units", 1).nullable().default(null),
      "repair-removals": z.boolean().default(false),
      compensate: z.boolean().default(false),
      distill: z.boolean().default(false),
      decode: oneOf(decodings).default("exact"),
      finetune: amount("epochs"),
      seeds: count("seeds", 1),
      ...own,
    })
    .refine(...onlyIterative("frequency"))
    .refine(...onlyIterative("per-removal"))
    .refine(...onlyIterative("repair-removals"))
    .refine(({ distill, finetune }) => !distill || finetune > 0, {
      path: ["distill"],
      error: "applies to fine-tuning only: give --finetune more than 0 epochs, or leave it out",
    })
    .refine(...someCriterion);
}

/** A zod refinement for settings that mean nothing in one-shot pruning. */
function onlyIterative(
  key: "frequency" | "per-removal" | "repair-removals",
): [check: (config: CompareConfig) => boolean, issue: object] {
  const error = "applies to iterative pruning only: add --iterative, or leave it out";
  return [(config) => config.iterative || !config[key], { path: [key], error }];
}
