/** The correlation coefficients of the study. */

import { namesOf } from "@secateur/command-line";
import { kendall, pearson, spearman } from "@secateur/metrics";
import { type UnitPairs, withoutZeros } from "./unit-pairs.ts";

interface Coefficient {
  /** For table headers. */
  readonly title: string;
  readonly of: (x: ArrayLike<number>, y: ArrayLike<number>) => number;
  /** The two lists that are correlated. */
  readonly lists: (pairs: UnitPairs) => readonly [readonly number[], readonly number[]];
}

const magnitude = (values: readonly number[]): readonly number[] => values.map(Math.abs);
const logarithm = (values: readonly number[]): readonly number[] => magnitude(values).map(Math.log);

const scoreAndMagnitude: Coefficient["lists"] = ({ scores, changes }) => [scores, magnitude(changes)];

type Table = Readonly<
  Record<"spearman" | "kendall" | "pearson" | "logPearson" | "signedSpearman", Coefficient>
>;

export type CoefficientName = keyof Table;
export type ByCoefficient<T> = Readonly<Record<CoefficientName, T>>;

export const coefficients: Table = {
  spearman: { title: "Spearman", of: spearman, lists: scoreAndMagnitude },
  kendall: { title: "Kendall", of: kendall, lists: scoreAndMagnitude },
  pearson: { title: "Pearson", of: pearson, lists: scoreAndMagnitude },
  logPearson: {
    title: "Pearson, log",
    of: pearson,
    lists: (pairs) => {
      const { scores, changes } = withoutZeros(pairs);
      return [logarithm(scores), logarithm(changes)];
    },
  },
  signedSpearman: {
    title: "Spearman, signed",
    of: spearman,
    lists: ({ scores, changes }) => [scores, changes],
  },
};

export const coefficientNames: readonly CoefficientName[] = namesOf(coefficients);

/** One value per coefficient. */
export function byCoefficient<T>(of: (name: CoefficientName) => T): ByCoefficient<T> {
  return {
    spearman: of("spearman"),
    kendall: of("kendall"),
    pearson: of("pearson"),
    logPearson: of("logPearson"),
    signedSpearman: of("signedSpearman"),
  };
}
