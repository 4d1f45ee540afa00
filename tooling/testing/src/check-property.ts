/** Checks a property on the cases that it once failed on, then on new ones. */
import fc from "fast-check";
import { type PropertyName, regressionSeeds } from "./regression-seeds.ts";

type Property = fc.IAsyncProperty<unknown> | fc.IProperty<unknown>;

/**
 * Rejects with fast-check's report: seed, path and the smallest counterexample.
 *
 * @param numRuns - New cases.
 *
 * @example await checkProperty("composed plans", fc.asyncProperty(architecture, dice, ...), 60);
 */
export async function checkProperty<Values>(
  name: PropertyName,
  property: fc.IAsyncProperty<Values> | fc.IProperty<Values>,
  numRuns: number,
): Promise<void> {
  for (const { seed, path } of regressionSeeds[name])
    await fc.assert(property as Property, { seed, path, numRuns: 1 });
  await fc.assert(property as Property, { numRuns });
}
