/** The pace of `--iterative`: units per removal, and the amount of training. */
import type { CompareConfig } from "./config.ts";
import { recipeFor } from "./recipe.ts";

/** Minibatches between two removals, unless `--frequency` is given. */
export const defaultFrequency = 10;

/** Removals until no unit is left, unless `--per-removal` is given: each removes 2 %. */
const removalsForAll = 50;

/** The schedule of the pruner's loop. */
export interface Pace {
  readonly frequency: number;
  readonly unitsPerRemoval: number;
}

/** @param units - The number of units of the unpruned network. */
export function pruningPace({ frequency, "per-removal": perRemoval }: CompareConfig, units: number): Pace {
  return {
    frequency: frequency ?? defaultFrequency,
    unitsPerRemoval: perRemoval ?? Math.max(1, Math.round(units / removalsForAll)),
  };
}

/**
 * Training images until no unit is left; a ratio takes its share of them. Exact for a budget of units, an estimate for
 * MACs and parameters that is good enough for the progress bar.
 */
export function imagesForAll(config: CompareConfig, units: number): number {
  const { frequency, unitsPerRemoval } = pruningPace(config, units);
  return (units / unitsPerRemoval) * frequency * recipeFor(config.model).batchSize;
}
