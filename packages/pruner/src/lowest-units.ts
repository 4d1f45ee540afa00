/** Takes the lowest-scored units of all groups together, within the limits of a selection. */
import type { Scores } from "@secateur/criteria";
import type { DependencyGraph, Group } from "@secateur/dependency-graph";
import { PrunerError } from "./errors.ts";
import { chunkSize, type TakenUnits } from "./taken-units.ts";

/** Units of one group that are removed together, so that the rest of the group is a multiple of `roundTo`. */
interface Chunk {
  readonly group: Group;
  readonly units: readonly number[];
  /** The mean of its units' scores. */
  readonly score: number;
}

/**
 * Stops when `isEnough` returns true or when nothing more may be removed.
 *
 * @param taken - Receives the units.
 * @throws PrunerError where scores are missing, belong to another model or are not finite.
 */
export function takeLowest(
  graph: DependencyGraph,
  scores: Scores,
  taken: TakenUnits,
  roundTo: number,
  isEnough: () => boolean,
): void {
  for (const { group, units } of rank(graph, scores, roundTo)) {
    if (isEnough()) break;
    if (taken.allows(group, units.length)) taken.take(group, units);
  }
}

/** Lowest score first; equal scores in the model's order. */
function rank({ groups }: DependencyGraph, scores: Scores, roundTo: number): readonly Chunk[] {
  const all = groups.flatMap((group) => chunks(group, scoresOf(group, scores), roundTo));
  return all.sort((a, b) => a.score - b.score);
}

/** The group's units sorted by score and cut into chunks. */
function chunks(group: Group, scores: Float32Array, roundTo: number): readonly Chunk[] {
  const order = [...scores.keys()].sort((a, b) => Number(scores[a]) - Number(scores[b]));
  const result: Chunk[] = [];
  for (let from = 0; from < order.length; ) {
    const units = order.slice(from, from + chunkSize(order.length - from, roundTo));
    const total = units.reduce((sum, unit) => sum + Number(scores[unit]), 0);
    result.push({ group, units, score: total / units.length });
    from += units.length;
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
