/** Greedy choice of a set of units: one after the other the unit whose removal raises the joint loss least. */
import type { Group } from "@secateur/dependency-graph";
import type { Amounts } from "./budget.ts";
import type { JointLoss } from "./joint-loss.ts";
import { chunkSize, type TakenUnits } from "./taken-units.ts";

/** A group's units that may still be taken. */
interface Candidates {
  readonly group: Group;
  /** The group's first unit among all units of the graph. */
  readonly first: number;
  /** Unit numbers in the group. */
  readonly units: Set<number>;
}

export interface GreedyOptions {
  readonly roundTo: number;
  /** What the increase of the loss is divided by. */
  readonly per: keyof Amounts;
  /** How much is still to be saved of it; what a unit saves beyond that does not count. */
  readonly lacking: () => number;
  readonly isEnough: () => boolean;
  readonly onTaken: (group: Group, unit: number) => void;
}

/**
 * Stops when `isEnough` returns true or when nothing more may be removed. Units whose removal lowers the loss go first, in
 * the order of their increases; the others in the order of increase / saving. With `roundTo` a group loses several units
 * at a time, and the sum of their increases decides.
 *
 * @param loss - Its units are those of all groups in order.
 * @param taken - Receives the units.
 */
export function takeJointly(
  groups: readonly Group[],
  loss: JointLoss,
  taken: TakenUnits,
  { roundTo, per, lacking, isEnough, onTaken }: GreedyOptions,
): void {
  let open = candidatesOf(groups, taken);
  while (!isEnough()) {
    open = open.filter(({ group, units }) => taken.allows(group, chunkSize(units.size, roundTo)));
    const most = lacking();
    const chosen = cheapest(open, ({ group, first, units }) => {
      const count = chunkSize(units.size, roundTo);
      const increases = [...units].map((unit) => loss.increase(first + unit));
      return price(sumOfLeast(increases, count), Math.min(Number(taken.savings(group, count)[per]), most));
    });
    if (chosen === undefined) break;
    const { group, first, units } = chosen;
    for (let left = chunkSize(units.size, roundTo); left > 0; left--) {
      const unit = cheapest([...units], (each) => loss.increase(first + each)) as number;
      loss.remove(first + unit);
      units.delete(unit);
      taken.take(group, [unit]);
      onTaken(group, unit);
    }
  }
}

function candidatesOf(groups: readonly Group[], { byGroup }: TakenUnits): readonly Candidates[] {
  let first = 0;
  return groups.map((group) => {
    const gone = new Set(byGroup.get(group.id));
    const units = new Set(
      Array.from({ length: group.unitCount }, (_, unit) => unit).filter((unit) => !gone.has(unit)),
    );
    first += group.unitCount;
    return { group, first: first - group.unitCount, units };
  });
}

/** Below 0 for a unit that costs nothing, whatever it saves: dividing would put the one that saves more behind. */
const price = (increase: number, saving: number): number => (increase <= 0 ? increase : increase / saving);

function sumOfLeast(values: readonly number[], count: number): number {
  if (count === 1) return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  return values
    .toSorted((a, b) => a - b)
    .slice(0, count)
    .reduce((a, b) => a + b, 0);
}

/** The first of the entries with the lowest price. */
function cheapest<T>(entries: readonly T[], priceOf: (entry: T) => number): T | undefined {
  let [best, lowest]: [T | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  for (const entry of entries) {
    const own = priceOf(entry);
    if (best !== undefined && !(own < lowest)) continue;
    [best, lowest] = [entry, own];
  }
  return best;
}
