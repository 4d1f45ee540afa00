/** The pace of `--iterative`: how many units go at a time, and how much training the whole way takes. */
import type { BenchConfig } from "./config.ts";
import { recipeFor } from "./recipe.ts";

/** Minibatches between two removals, unless `--frequency` says otherwise. */
export const usualFrequency = 10;

/** Removals until nothing were left, where `--per-removal` does not say how many units one takes: each takes 2 %. */
const removalsForAll = 50;

/** As `prune` takes it. */
export interface Pace {
  readonly frequency: number;
  readonly unitsPerRemoval: number;
}

/** @param units of the unpruned network. */
export function pruningPace({ frequency, "per-removal": perRemoval }: BenchConfig, units: number): Pace {
  return {
    frequency: frequency ?? usualFrequency,
    unitsPerRemoval: perRemoval ?? Math.max(1, Math.round(units / removalsForAll)),
  };
}

/**
 * Images trained on until nothing were left; a ratio takes its share of them. For a share of units that is so, for MACs
 * and parameters a guess, good enough to tell the time left.
 */
export function imagesForAll(config: BenchConfig, units: number): number {
  const { frequency, unitsPerRemoval } = pruningPace(config, units);
  return (units / unitsPerRemoval) * frequency * recipeFor(config.model).batchSize;
}
