/** The criterion of a run: a built-in one by name, or a user's module. */
import path from "node:path";
import { loadCriterion, suggestion, UsageError } from "@secateur/command-line";
import { type Criterion, criterionNames, criterionTable } from "@secateur/criteria";

/** @throws UsageError for a name that is neither. */
export async function criterionOf(name: string, seed: number): Promise<Criterion> {
  const builtIn = criterionNames.find((each) => each === name);
  if (builtIn !== undefined) return criterionTable[builtIn](seed);
  if (!/[\\/]|\.[cm]?[jt]s$/.test(name))
    throw new UsageError(
      `--criterion must be one of ${criterionNames.join(", ")}, or a file such as ./mine.mjs, not "${name}".${suggestion(name, criterionNames)}`,
    );
  const { make } = await loadCriterion(path.resolve(name), criterionNames);
  return make(seed);
}
