/** Names of what is done after a removal: "none", or methods of `compensate` joined by "+" and applied in that order. */
import type { CompensationMethod } from "@secateur/compensation";
import { namesOf } from "../cli/values.ts";

const known: Readonly<Record<CompensationMethod, true>> = {
  "mean-into-bias": true,
  "output-scale": true,
  "batch-norm": true,
  "least-squares": true,
};

export const methodNames: readonly CompensationMethod[] = namesOf(known);

/** The method of the curve over samples. */
export const leastSquares: CompensationMethod = "least-squares";

export const plainRemoval = "none";

export function isMethod(text: string): boolean {
  return text === plainRemoval || methodsIn(text).length === text.split("+").length;
}

/** Empty for "none". Other words are left out. */
export function methodsIn(text: string): readonly CompensationMethod[] {
  return text.split("+").flatMap((word) => methodNames.find((name) => name === word) ?? []);
}
