/** The criterion of a run: a built-in one by name, or a user's module. */
import path from "node:path";
import { loadCriterion, suggestion, UsageError } from "@secateur/command-line";
import { type Criterion, type CriterionName, criterionNames, criterionTable } from "@secateur/criteria";
import { checkSoftmaxHead, TrainingError } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";

/** "obd" reads margins between classes, which only a softmax has. */
export function defaultCriterion(model: tfl.LayersModel): CriterionName {
  try {
    checkSoftmaxHead(model, "margins");
    return "obd";
  } catch (error) {
    if (error instanceof TrainingError) return "obd-fisher";
    throw error;
  }
}

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
