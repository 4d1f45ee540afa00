/** What the ratios of a run are a share of. */

import { namesOf, oneOf } from "@secateur/command-line";
import type { Amounts, Budget } from "@secateur/pruner";
import { z } from "zod";

/** For sentences. */
export const budgetWords = { units: "units", macs: "MACs", parameters: "parameters" } as const;

export type BudgetName = keyof typeof budgetWords & keyof Amounts;

interface Selected {
  readonly budget: BudgetName;
}

/** Old runs say "params". */
export const budgetSchema: z.ZodType<BudgetName> = z.preprocess(
  (name) => (name === "params" ? "parameters" : name),
  oneOf(namesOf(budgetWords)),
);

/** A ratio of the run as the pruner's budget. */
export function budgetOf({ budget }: Selected, ratio: number): Budget {
  if (budget === "units") return { units: ratio };
  return budget === "macs" ? { macs: ratio } : { parameters: ratio };
}

/** The removed share of the budget's amount, 0..1. */
export function removedShare({ budget }: Selected, left: Amounts, original: Amounts): number {
  return 1 - Number(left[budget]) / Number(original[budget]);
}
