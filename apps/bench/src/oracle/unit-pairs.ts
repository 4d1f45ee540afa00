/** Scores and loss changes of the same units, as two lists. */
import type { UnitNumbers } from "./measurements.ts";

/** Two lists of equal length; equal indices are the same unit. */
export interface UnitPairs {
  readonly scores: readonly number[];
  /** Signed. */
  readonly changes: readonly number[];
}

/** The units of one group whose score and loss change are both finite. */
export function pairsOfGroup(group: string, scores: UnitNumbers, changes: UnitNumbers): UnitPairs {
  const [own, oracle] = [scores[group] ?? [], changes[group] ?? []];
  const indices = [...own.keys()].filter((i) => Number.isFinite(own[i]) && Number.isFinite(oracle[i]));
  const at = (values: readonly number[]): readonly number[] => indices.map((i) => Number(values[i]));
  return { scores: at(own), changes: at(oracle) };
}

export const pooled = (groups: readonly UnitPairs[]): UnitPairs => ({
  scores: groups.flatMap(({ scores }) => scores),
  changes: groups.flatMap(({ changes }) => changes),
});

/** The units for which both logarithms exist. */
export function withoutZeros({ scores, changes }: UnitPairs): UnitPairs {
  const indices = [...scores.keys()].filter((i) => scores[i] !== 0 && changes[i] !== 0);
  const at = (values: readonly number[]): readonly number[] => indices.map((i) => Number(values[i]));
  return { scores: at(scores), changes: at(changes) };
}
