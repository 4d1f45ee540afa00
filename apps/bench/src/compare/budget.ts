/** A ratio of this run as the pruner takes it. */
import type { Amounts, Budget } from "@secateur/pruner";
import type { BenchConfig, BudgetName } from "./config.ts";

export function budgetOf({ budget }: BenchConfig, ratio: number): Budget {
  if (budget === "units") return { units: ratio };
  return budget === "macs" ? { macs: ratio } : { parameters: ratio };
}

const amountNames: Readonly<Record<BudgetName, keyof Amounts>> = {
  units: "units",
  macs: "macs",
  params: "parameters",
};

/** How much of what the budget is about is gone, 0..1. */
export function shareGone({ budget }: BenchConfig, left: Amounts, original: Amounts): number {
  const name = amountNames[budget];
  return 1 - left[name] / original[name];
}
