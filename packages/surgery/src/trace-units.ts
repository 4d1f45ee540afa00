/** Maps the units of a smaller model to those of the original model. */
import type { DependencyGraph, Group, GroupId, Slice } from "@secateur/dependency-graph";
import { SurgeryError } from "./errors.ts";
import { keptIndices } from "./kept-indices.ts";
import type { Plan } from "./plan.ts";

export interface UnitAddress {
  readonly group: GroupId;
  readonly unit: number;
}

/**
 * @param before - Graph of the original model.
 * @param after - Graph of the smaller model that `plan` leaves.
 * @returns For every group of `after`, the groups and numbers of its units in `before`.
 */
export function traceUnits(
  before: DependencyGraph,
  plan: Plan,
  after: DependencyGraph,
): ReadonlyMap<GroupId, readonly UnitAddress[]> {
  const kept = keptIndices(before, plan);
  const owners = new Map<string, ReadonlyMap<number, UnitAddress>>();
  const ownersOf = (slice: Slice): ReadonlyMap<number, UnitAddress> => {
    const key = `${slice.weight}|${slice.axis}`;
    const ofAxis = owners.get(key) ?? new Map(before.groups.flatMap((group) => addresses(group, slice)));
    owners.set(key, ofAxis);
    return ofAxis;
  };
  return new Map(
    after.groups.map((group) => {
      const slice = group.slices.find(({ role }) => role === "kernel");
      if (slice === undefined)
        throw new SurgeryError(`group "${group.id}" has no layer that produces its units`);
      const old = kept.get(slice.weight)?.get(slice.axis);
      const units = Array.from({ length: group.unitCount }, (_, unit) => {
        const index = Number(slice.indices[unit * slice.indicesPerUnit]);
        const address = ownersOf(slice).get(old === undefined ? index : Number(old[index]));
        if (address === undefined)
          throw new SurgeryError(
            `unit ${unit} of group "${group.id}" does not exist in the original model: pass the plan that the smaller model was made with`,
          );
        return address;
      });
      return [group.id, units];
    }),
  );
}

/** Pairs of an index on the slice's axis and the unit of `group` at that index. */
function addresses(group: Group, { weight, axis }: Slice): readonly (readonly [number, UnitAddress])[] {
  const slice = group.slices.find((each) => each.weight === weight && each.axis === axis);
  if (slice === undefined) return [];
  return Array.from(slice.indices, (index, i) => [
    index,
    { group: group.id, unit: Math.floor(i / slice.indicesPerUnit) },
  ]);
}
