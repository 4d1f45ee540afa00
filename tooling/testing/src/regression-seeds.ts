/**
 * Cases that properties once failed on; they always run. A seed and a path name the same values as long as the property's
 * arbitraries do not change: after a change of `architecture`, draw the case anew or drop it.
 */

export interface RegressionSeed {
  readonly seed: number;
  readonly path: string;
  /** The mistake that the case caught. */
  readonly caught: string;
}

export type PropertyName = "removal equals silencing" | "composed plans";

export const regressionSeeds: Readonly<Record<PropertyName, readonly RegressionSeed[]>> = {
  "removal equals silencing": [],
  "composed plans": [],
};
