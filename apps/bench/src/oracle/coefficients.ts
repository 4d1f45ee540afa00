/** The correlations that the study reports: which numbers of a unit are held against which, and by what. */
import { kendall, pearson, spearman } from "@secateur/metrics";
import { type UnitPairs, withoutZeros } from "./unit-pairs.ts";

export const coefficientNames = ["spearman", "kendall", "pearson", "logPearson", "signedSpearman"] as const;
export type CoefficientName = (typeof coefficientNames)[number];

export type ByCoefficient<T> = Readonly<Record<CoefficientName, T>>;

interface Coefficient {
  /** In a table's head. */
  readonly title: string;
  readonly of: (x: ArrayLike<number>, y: ArrayLike<number>) => number;
  /** Of the scores and of the loss's changes. */
  readonly lists: (pairs: UnitPairs) => readonly [readonly number[], readonly number[]];
}

const size = (values: readonly number[]): readonly number[] => values.map(Math.abs);
const logarithm = (values: readonly number[]): readonly number[] => size(values).map(Math.log);

const scoreAndSize: Coefficient["lists"] = ({ scores, changes }) => [scores, size(changes)];

export const coefficients: ByCoefficient<Coefficient> = {
  spearman: { title: "Spearman", of: spearman, lists: scoreAndSize },
  kendall: { title: "Kendall", of: kendall, lists: scoreAndSize },
  pearson: { title: "Pearson", of: pearson, lists: scoreAndSize },
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

/** The same for every coefficient. */
export function byCoefficient<T>(of: (name: CoefficientName) => T): ByCoefficient<T> {
  return Object.fromEntries(coefficientNames.map((name) => [name, of(name)])) as ByCoefficient<T>;
}
