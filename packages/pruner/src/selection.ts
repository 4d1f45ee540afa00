/**
 * Which units may be removed, whatever their scores: layers by name, the least that every layer keeps, channel counts
 * that engines compute efficiently.
 */
import type { DependencyGraph, Group, GroupId } from "@secateur/dependency-graph";
import { checkFields, type Fields, requireCount } from "./check-fields.ts";
import { PrunerError } from "./errors.ts";
import { type LayerFilter, layerMatcher } from "./layer-filter.ts";

export interface Selection {
  /** Channels that every layer keeps. Default 1. */
  readonly minUnits?: number;
  /** Only groups all of whose producing layers match. Default: all. */
  readonly include?: LayerFilter;
  /** No group with a producing layer that matches. Default: none. */
  readonly exclude?: LayerFilter;
  /**
   * The number of units that a pruned group keeps is a multiple of this and never 0; a smaller group is left alone.
   * Default 1.
   */
  readonly roundTo?: number;
  /** Largest share of a group's units that may be removed, 0..1. Default 1. */
  readonly maxShare?: number;
}

const fields: Fields<Selection> = {
  minUnits: true,
  include: true,
  exclude: true,
  roundTo: true,
  maxShare: true,
};

/** A selection applied to a graph. */
export interface Limits {
  readonly minUnits: number;
  readonly roundTo: number;
  /** How many units of each group may be removed. */
  readonly removable: ReadonlyMap<GroupId, number>;
  /** Why a group keeps the units that are left after so many were removed, in words. */
  readonly reasonFor: (group: GroupId, removed: number) => string;
}

/** Throws `PrunerError` for a number outside its range, and for a pattern that matches no layer. */
export function limitsOf(graph: DependencyGraph, selection: Selection = {}): Limits {
  checkFields("selection", selection, fields);
  const { minUnits = 1, roundTo = 1, maxShare = 1, include, exclude } = selection;
  requireCount("selection.minUnits", minUnits);
  requireCount("selection.roundTo", roundTo);
  if (!(maxShare >= 0 && maxShare <= 1))
    throw new PrunerError(`selection.maxShare must be a number from 0 to 1, not ${maxShare}`);
  const isIncluded = include === undefined ? () => true : layerMatcher(graph.model, "include", include);
  const isExcluded = exclude === undefined ? () => false : layerMatcher(graph.model, "exclude", exclude);
  const mayPrune = (group: Group): boolean => {
    const layers = producersOf(group);
    return layers.every(isIncluded) && !layers.some(isExcluded);
  };
  const removable = graph.groups.map(
    (group) => [group.id, mayPrune(group) ? Math.floor(maxShare * group.unitCount + 1e-9) : 0] as const,
  );
  const allowed = new Map(removable);
  const reasonFor = (id: GroupId, removed: number): string => {
    if (allowed.get(id) === 0 && maxShare > 0) return "left out by the selection";
    if (maxShare < 1 && removed === allowed.get(id)) return `maxShare ${maxShare}`;
    if (roundTo > 1) return `roundTo ${roundTo}`;
    return minUnits > 1 ? `minUnits ${minUnits}` : "every layer keeps a channel";
  };
  return { minUnits, roundTo, removable: allowed, reasonFor };
}

/** Paths of the layers whose kernels produce the group's units. */
function producersOf({ slices }: Group): readonly string[] {
  return [...new Set(slices.filter(({ role }) => role === "kernel").map(({ layer }) => layer))];
}
