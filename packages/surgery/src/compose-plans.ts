/** Composes two successive removals into one plan for the first model. */
import type { DependencyGraph } from "@secateur/dependency-graph";
import { createPlan, type Plan } from "./plan.ts";
import { traceUnits } from "./trace-units.ts";

/**
 * @param before - Graph of the first model; `first` is a plan for it.
 * @param after - Graph of the model after `first`; `second` is a plan for it.
 */
export function composePlans(
  before: DependencyGraph,
  first: Plan,
  after: DependencyGraph,
  second: Plan,
): Plan {
  const origin = traceUnits(before, first, after);
  const remove = new Map(Object.entries(first.remove).map(([id, units]) => [id, [...units]]));
  for (const [id, units] of Object.entries(second.remove)) {
    for (const unit of units) {
      const address = origin.get(id)?.[unit];
      if (address !== undefined)
        remove.set(address.group, [...(remove.get(address.group) ?? []), address.unit]);
    }
  }
  return createPlan(before, remove);
}
