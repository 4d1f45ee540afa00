/** What `secateur prune` needs beyond valid flags: one budget, images, a free folder. Checked before any work. */
import fs from "node:fs";
import { UsageError } from "@secateur/command-line";
import type { Budget } from "@secateur/pruner";
import { CommandError } from "../errors.ts";
import { requireFree } from "../output-folder.ts";
import { type BudgetName, budgetNames, type PruneSettings } from "./settings.ts";

/** @throws UsageError for flags that are missing; CommandError for a folder that is missing or not free. */
export function checkPruneSettings(settings: PruneSettings): void {
  const { images, out, dryRun, force } = settings;
  chosenBudget(settings);
  if (images === null)
    throw new UsageError(
      "--images is missing: give a folder of images like those that the network will see, --images DIR.",
    );
  if (out === null && !dryRun)
    throw new UsageError("--out is missing: give the folder for the result, --out DIR, or add --dry-run.");
  requireOnePreprocessing(settings);
  if (!fs.existsSync(images)) throw new CommandError(`--images: there is no folder ${images}.`);
  if (out !== null && !dryRun) requireFree(out, force);
}

/** @throws UsageError unless there is exactly one. */
export function chosenBudget(settings: PruneSettings): { readonly name: BudgetName; readonly share: number } {
  const given = budgetNames.flatMap((name) => {
    const share = settings[name];
    return share === null ? [] : [{ name, share }];
  });
  const [budget, other] = given;
  if (budget === undefined)
    throw new UsageError(
      "A budget is missing: give the share to remove with --macs, --parameters, --units or --size, for instance --macs 0.3.",
    );
  if (other !== undefined)
    throw new UsageError(`--${budget.name} and --${other.name} are two budgets: give one.`);
  return budget;
}

export function budgetOf(settings: PruneSettings): Budget {
  const { name, share } = chosenBudget(settings);
  if (name === "macs") return { macs: share };
  if (name === "size") return { bytes: share };
  return name === "units" ? { units: share } : { parameters: share };
}

function requireOnePreprocessing({ preprocess, scale, mean, std }: PruneSettings): void {
  const own = scale !== null ? "scale" : mean.length > 0 ? "mean" : std.length > 0 ? "std" : null;
  if (preprocess !== null && own !== null)
    throw new UsageError(`--preprocess and --${own} contradict each other: give one of them.`);
}
