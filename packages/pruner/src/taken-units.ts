/** The units chosen for removal so far, within the limits of a selection. */
import type { Group, GroupId } from "@secateur/dependency-graph";
import type { Amounts } from "./budget.ts";
import type { Remaining } from "./remaining.ts";
import type { Limits } from "./selection.ts";

export interface TakenUnits {
  /** Unit numbers by group. */
  readonly byGroup: ReadonlyMap<GroupId, readonly number[]>;
  readonly count: () => number;
  /** What the model has left without them. */
  readonly left: () => Amounts;
  /** MACs and parameters that are left, by layer path. */
  readonly byLayer: Remaining["byLayer"];
  /** What taking so many more units of a group would save. */
  readonly savings: (group: Group, unitCount: number) => Amounts;
  /** Whether the selection lets so many more units of a group be removed together. */
  readonly allows: (group: Group, unitCount: number) => boolean;
  readonly take: (group: Group, units: readonly number[]) => void;
}

/** @param remaining - Modified: the taken units are subtracted. */
export function takenUnits(remaining: Remaining, { minUnits, roundTo, removable }: Limits): TakenUnits {
  const byGroup = new Map<GroupId, number[]>();
  const of = ({ id }: Group): readonly number[] => byGroup.get(id) ?? [];
  let count = 0;
  return {
    byGroup,
    count: () => count,
    left: remaining.amounts,
    byLayer: remaining.byLayer,
    savings: remaining.savings,
    allows(group, unitCount) {
      const taken = of(group).length + unitCount;
      const keepsOne = group.unitCount - taken >= (roundTo === 1 ? 0 : roundTo); // `remaining` guards the last unit
      return (
        keepsOne && taken <= (removable.get(group.id) ?? 0) && remaining.canRemove(group, unitCount, minUnits)
      );
    },
    take(group, units) {
      remaining.remove(group, units.length);
      const own = byGroup.get(group.id);
      if (own === undefined) byGroup.set(group.id, [...units]);
      else own.push(...units);
      count += units.length;
    },
  };
}

/** How many of a group's units are removed next, so that a multiple of `roundTo` is left. */
export function chunkSize(unitCount: number, roundTo: number): number {
  return unitCount % roundTo || roundTo;
}
