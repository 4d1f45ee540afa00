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

export type PropertyName = "removal equals silencing" | "composed plans" | "compensation";

export const regressionSeeds: Readonly<Record<PropertyName, readonly RegressionSeed[]>> = {
  "removal equals silencing": [
    {
      seed: 784885388,
      path: "1:0:0:0:0:0:0:1:4:2:4:2:2:2:2:2:1:1:1:1",
      caught: "behind Flatten only a unit's first index was removed",
    },
    {
      seed: -2101876845,
      path: "11:0:0:1:1:1:1:1:2:3:3:3:3:3:3:3:3:3:4:4:4:3:0:2:2:2:2:2:2",
      caught: "the two sides of a shortcut's channel padding were swapped",
    },
    {
      seed: -1398245984,
      path: "3:0:0:1:0:2:2:2:3:3:3:3:3:3:4:0:1:1:2:2:2:1:1:1:1:1:1:1:1",
      caught: "Add did not tie its inputs",
    },
    {
      seed: 414314404,
      path: "6:0:0:3:2:2:2:2:2:2:2:2:2:2:2:2:2:2:2",
      caught: "the target shape of Reshape did not shrink in a squeeze-and-excitation block",
    },
  ],
  "composed plans": [
    {
      seed: -884507520,
      path: "16:0:0:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1",
      caught: "a smaller model's channel padding became negative",
    },
    {
      seed: -1211332898,
      path: "1:3:2:2:2:2:2:2:2:2:3:7:2:2:3:2:2:2:2:4:2:4:3:2:2:3:3:3:3:3:3:3:3",
      caught: "Add did not tie a projection shortcut to its block",
    },
    {
      seed: 1414027805,
      path: "1:0:0:1:1:1:2:2:2:2:2:2:2:5:2:3:2:2:4:4:2:6:6:6:6:6:6:6:6",
      caught: "units of the second plan kept their numbers in the smaller model",
    },
  ],
  compensation: [
    {
      seed: -109709398,
      path: "56:0:0:3:2:2:3:0:3:3:3:3:3:3:3:3:3:9:4:3:6:4:3:4:3:3:4:3:3",
      caught: "a layer without bias on few rows",
    },
  ],
};
