/** Errors of pruning in the words of the command line: its flags, instead of the options of the API. */
import { BudgetError, PrunerError, type Reach } from "@secateur/pruner";
import { CommandError } from "../errors.ts";
import { percent } from "../numbers.ts";
import type { BudgetName } from "./settings.ts";

/** What a budget limits, for a reader. */
export const budgetNouns: Readonly<Record<BudgetName, string>> = {
  macs: "multiply-adds",
  parameters: "parameters",
  units: "units",
  size: "bytes",
};

interface ChosenBudget {
  readonly name: BudgetName;
  readonly share: number;
}

/** Runs `work`, whose `PrunerError`s become `CommandError`s that name flags. */
export async function withErrorsInFlags<T>(budget: ChosenBudget, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof PrunerError)) throw cause;
    const reach = cause instanceof BudgetError ? cause.reach : null;
    const message = reach === null ? inFlags(cause.message, budget) : outOfReach(budget, reach);
    throw new CommandError(message, { cause });
  }
}

function outOfReach({ name, share }: ChosenBudget, { share: largest, holders }: Reach): string {
  const places = holders.map(
    (holder) => `"${holder.name}" (${percent(holder.share, 0)}: ${reasonInFlags(holder.reason)})`,
  );
  const flags = ["--round-to", "--exclude"].filter((flag) => places.some((place) => place.includes(flag)));
  return (
    `--${name} ${share} cannot be met: at most ${percent(Math.floor(1000 * largest) / 1000)} of the ${budgetNouns[name]} can ` +
    `be removed. Most of what stays is in ${places.join(", ")}. Ask for less${flags.length === 0 ? "" : `, or change ${flags.join(" and ")}`}.`
  );
}

const reasonInFlags = (reason: string): string =>
  reason
    .replace(/^roundTo (\d+)$/, "--round-to $1")
    .replace(/^left out by the selection$/, "kept by --exclude or --include");

/** Options of the API that messages name, as flags. */
function inFlags(message: string, { name, share }: ChosenBudget): string {
  return `${message
    .replace(/^budget \{[^}]*\}/, `--${name} ${share}`)
    .replace(/^selection\.(include|exclude)/, "--$1")
    .replace("pass `rules`", "give it with --rules FILE")
    .replace("a budget in units, parameters or bytes", "--units, --parameters or --size")}.`;
}
