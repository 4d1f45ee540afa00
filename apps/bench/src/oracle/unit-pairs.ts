/** What one criterion says of every unit, beside what the oracle says of it. */
import type { UnitNumbers } from "./measurements.ts";

/** Two lists of one length: at every place the same unit. */
export interface UnitPairs {
  readonly scores: readonly number[];
  /** Signed. */
  readonly changes: readonly number[];
}

/** Of one group; units that one of the two has no finite number for are not in it. */
export function pairsOfGroup(group: string, scores: UnitNumbers, changes: UnitNumbers): UnitPairs {
  const [own, oracle] = [scores[group] ?? [], changes[group] ?? []];
  const places = [...own.keys()].filter((i) => Number.isFinite(own[i]) && Number.isFinite(oracle[i]));
  const at = (values: readonly number[]): readonly number[] => places.map((i) => Number(values[i]));
  return { scores: at(own), changes: at(oracle) };
}

export const pooled = (groups: readonly UnitPairs[]): UnitPairs => ({
  scores: groups.flatMap(({ scores }) => scores),
  changes: groups.flatMap(({ changes }) => changes),
});

/** Those that have a logarithm on both sides. */
export function withoutZeros({ scores, changes }: UnitPairs): UnitPairs {
  const places = [...scores.keys()].filter((i) => scores[i] !== 0 && changes[i] !== 0);
  const at = (values: readonly number[]): readonly number[] => places.map((i) => Number(values[i]));
  return { scores: at(scores), changes: at(changes) };
}
