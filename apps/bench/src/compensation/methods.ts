/**
 * Names of what is done around a removal: "none", or words joined by "+": how units are chosen, "residual" (not by the criterion),
 * "trials" and "swap-units", and methods of `compensate`, applied in that order.
 */

import { namesOf } from "@secateur/command-line";
import type { CompensationMethod } from "@secateur/compensation";

const known: Readonly<Record<CompensationMethod, true>> = {
  "mean-into-bias": true,
  "output-scale": true,
  "batch-norm": true,
  "least-squares": true,
  "block-reconstruction": true,
};

export const methodNames: readonly CompensationMethod[] = namesOf(known);

/** The method of the curve over samples. */
export const leastSquares: CompensationMethod = "least-squares";

export const plainRemoval = "none";

/** Other units of the same groups, which are easier to compensate. */
export const swap = "swap-units";

/** The budget's spread over the groups is found by trial. */
export const trials = "trials";

/** Units are chosen by `residualObd`, whatever the criterion. */
export const residual = "residual";

type ChoiceWord = typeof residual | typeof trials | typeof swap;

const choices: readonly ChoiceWord[] = [residual, trials, swap];

export function isMethod(text: string): boolean {
  const words = text.split("+").filter((word) => !choices.some((choice) => choice === word));
  return text === plainRemoval || methodsIn(text).length === words.length;
}

export function hasWord(text: string, word: ChoiceWord): boolean {
  return text.split("+").includes(word);
}

/** Methods of `compensate`; empty for "none". Other words are left out. */
export function methodsIn(text: string): readonly CompensationMethod[] {
  return text.split("+").flatMap((word) => methodNames.find((name) => name === word) ?? []);
}
