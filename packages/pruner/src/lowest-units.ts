/** Takes the lowest-scored units of all groups together, within the limits of a selection. */
import type { Scores } from "@secateur/criteria";
import type { DependencyGraph, Group, GroupId } from "@secateur/dependency-graph";
import type { Amounts } from "./budget.ts";
import { PrunerError } from "./errors.ts";
import type { Remaining } from "./remaining.ts";
import type { Limits } from "./selection.ts";

/** Units of one group that are removed together, so that the rest of the group is a multiple of `roundTo`. */
interface Chunk {
  readonly group: Group;
  readonly units: readonly number[];
  /** The mean of its units' scores. */
  readonly score: number;
}

/**
 * Stops when `isEnough` returns true or when nothing more may be removed. Modifies `remaining`: subtracts the removed units.
 *
 * @returns Unit numbers by group.
 * @throws PrunerError where scores are missing, belong to another model or are not finite.
 */
export function takeLowest(
  graph: DependencyGraph,
  scores: Scores,
  remaining: Remaining,
  { minUnits, roundTo, removable }: Limits,
  isEnough: (left: Amounts, takenCount: number) => boolean,
): ReadonlyMap<GroupId, readonly number[]> {
  const taken = new Map<GroupId, number[]>();
  let count = 0;
  for (const { group, units } of rank(graph, scores, roundTo)) {
    if (isEnough(remaining.amounts(), count)) break;
    const takenOfGroup = taken.get(group.id) ?? [];
    if (takenOfGroup.length + units.length > (removable.get(group.id) ?? 0)) continue;
    if (!remaining.canRemove(group, units.length, minUnits)) continue;
    remaining.remove(group, units.length);
    takenOfGroup.push(...units);
    taken.set(group.id, takenOfGroup);
    count += units.length;
  }
  return taken;
}

/** Lowest score first; equal scores in the model's order. */
function rank({ groups }: DependencyGraph, scores: Scores, roundTo: number): readonly Chunk[] {
  const all = groups.flatMap((group) => chunks(group, scoresOf(group, scores), roundTo));
  return all.sort((a, b) => a.score - b.score);
}

/**
 * The group's units sorted by score and cut into chunks: the first has `length % roundTo` units (or `roundTo`), all others
 * `roundTo`. The last `roundTo` units are never removed.
 */
function chunks(group: Group, scores: Float32Array, roundTo: number): readonly Chunk[] {
  const order = [...scores.keys()].sort((a, b) => Number(scores[a]) - Number(scores[b]));
  const result: Chunk[] = [];
  const last = roundTo === 1 ? scores.length : scores.length - roundTo; // `remaining` guards the last unit
  let from = 0;
  for (let to = scores.length % roundTo || roundTo; to <= last; to += roundTo) {
    const units = order.slice(from, to);
    const total = units.reduce((sum, unit) => sum + Number(scores[unit]), 0);
    result.push({ group, units, score: total / units.length });
    from = to;
  }
  return result;
}

function scoresOf({ id, unitCount }: Group, scores: Scores): Float32Array {
  const values = scores.get(id);
  if (values === undefined || values.length !== unitCount) {
    throw new PrunerError(
      `group "${id}" has ${unitCount} units and ${values?.length ?? "no"} scores. The scores ` +
        "belong to another model: compute them on this graph",
    );
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new PrunerError(`the score of unit ${bad} of "${id}" is ${values[bad]}: scores must be finite`);
  return values;
}
