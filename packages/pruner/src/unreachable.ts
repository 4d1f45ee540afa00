/** Says why a budget cannot be met: how far the removal reaches, and the layers that hold most of what stays. */
import type { DependencyGraph, Group, GroupId, PinnedChannels } from "@secateur/dependency-graph";
import { type Amounts, type Budget, limitedKind } from "./budget.ts";
import { BudgetError, type Reach } from "./errors.ts";
import type { Limits, Selection } from "./selection.ts";
import type { TakenUnits } from "./taken-units.ts";

/** What of a budget stays in one place, and why. */
interface Holder {
  readonly name: string;
  readonly amount: number;
  readonly reason: string;
}

/** Everything was taken that the limits allow, and `left` is still more than `target`. */
export interface Shortfall {
  readonly original: Amounts;
  readonly left: Amounts;
  readonly target: Amounts;
  readonly limits: Limits;
  readonly taken: TakenUnits;
}

export function unreachable(
  graph: DependencyGraph,
  budget: Budget,
  selection: Selection,
  shortfall: Shortfall,
): BudgetError {
  if (graph.groups.length === 0) return nothingToRemove(graph);
  const kind = limitedKind(budget);
  const [original, left, target] = [shortfall.original, shortfall.left, shortfall.target].map((amounts) =>
    Number(amounts[kind]),
  ) as [number, number, number];
  const reach = { kind, share: 1 - left / original, holders: largest(holders(graph, kind, shortfall)) };
  const places = reach.holders.map(
    ({ name, share, reason }) => `"${name}" (${(100 * share).toFixed(0)} %: ${reason})`,
  );
  return new BudgetError(
    `budget ${JSON.stringify(budget)} cannot be met: at most ${(100 * reach.share).toFixed(1)} % of the ${kind} can be removed ` +
      `(${left} stay, at most ${Math.max(0, Math.floor(target))} should) with selection ${describe(selection)}. ` +
      `Most of what stays is in ${places.join(", ")}. Ask for less, or let the selection remove more`,
    reach,
  );
}

function nothingToRemove({ model, pinned }: DependencyGraph): BudgetError {
  const unexpected = pinned.filter(({ reason }) => !reason.startsWith("model "));
  const reasons = new Set(
    (unexpected.length > 0 ? unexpected : pinned).map(({ layer, reason }) => `"${layer}" (${reason})`),
  );
  return new BudgetError(
    `nothing can be removed from model "${model.name}"; pinned are ${[...reasons].slice(0, 5).join(", ")}. ` +
      "A layer class of your own needs a rule: pass `rules`",
  );
}

/** The three holders with the largest amounts. */
function largest(all: readonly Holder[]): Reach["holders"] {
  const total = all.reduce((sum, { amount }) => sum + amount, 0);
  return all
    .toSorted((a, b) => b.amount - a.amount)
    .slice(0, 3)
    .map(({ name, amount, reason }) => ({ name, share: amount / total, reason }));
}

function holders(graph: DependencyGraph, kind: keyof Amounts, shortfall: Shortfall): readonly Holder[] {
  if (kind === "units") return unitHolders(graph, shortfall);
  const reasonOf = layerReasons(graph, shortfall);
  const amounts = [...shortfall.taken.byLayer()].map(([name, { macs, parameters }]): Holder => {
    return { name, amount: (kind === "macs" ? macs : parameters) ?? 0, reason: reasonOf(name) };
  });
  return amounts.filter(({ amount }) => amount > 0);
}

/** Groups that keep units, and pinned channels, which are no units. */
function unitHolders(graph: DependencyGraph, { taken, limits }: Shortfall): readonly Holder[] {
  const groups = graph.groups.map(({ id, unitCount }): Holder => {
    const removed = taken.byGroup.get(id)?.length ?? 0;
    return { name: id, amount: unitCount - removed, reason: limits.reasonFor(id, removed) };
  });
  return groups.filter(({ amount }) => amount > 0);
}

/** Why a layer keeps what it has left: its own channels are pinned, or their group keeps units. */
function layerReasons(
  { groups, pinned }: DependencyGraph,
  { taken, limits }: Shortfall,
): (layer: string) => string {
  const pins = pinByLayer(pinned);
  const groupOf = groupByLayer(groups);
  return (layer) => {
    const pin = pins.get(layer);
    const group = groupOf.get(layer);
    if (pin !== undefined) return pin.layer === layer ? pin.reason : `${pin.reason}, at "${pin.layer}"`;
    if (group === undefined) return "it has no units";
    return limits.reasonFor(group, taken.byGroup.get(group)?.length ?? 0);
  };
}

/** Reasons other than the model's inputs and outputs first. */
function pinByLayer(pinned: readonly PinnedChannels[]): ReadonlyMap<string, PinnedChannels> {
  const pins = new Map<string, PinnedChannels>();
  for (const pin of pinned.toSorted((a, b) => Number(isModelEdge(a)) - Number(isModelEdge(b))))
    for (const layer of [pin.layer, ...pin.holds]) if (!pins.has(layer)) pins.set(layer, pin);
  return pins;
}

/** The group whose units a layer produces, or else one whose units it reads. */
function groupByLayer(groups: readonly Group[]): ReadonlyMap<string, GroupId> {
  const groupOf = new Map<string, GroupId>();
  for (const { id, slices } of groups)
    for (const { layer, role } of slices)
      if (role === "kernel" || !groupOf.has(layer)) groupOf.set(layer, id);
  return groupOf;
}

const isModelEdge = ({ reason }: PinnedChannels): boolean => reason.startsWith("model ");

/** As JSON, with functions as the word "function". */
const describe = (selection: Selection): string =>
  JSON.stringify(selection, (_, value) => (typeof value === "function" ? "function" : value));
