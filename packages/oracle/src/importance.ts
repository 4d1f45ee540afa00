/**
 * The importance of a unit from the change ΔE of the loss without it. Molchanov et al. (CVPR 2019, arXiv 1906.10771) square
 * it; their code takes the absolute value.
 */

export const importances = {
  /** |ΔE|: a decrease of the loss counts as much as an increase. */
  absolute: (change: number): number => Math.abs(change),
  /** (ΔE)²: ranks units as `absolute` does. */
  squared: (change: number): number => change * change,
  /** ΔE: units whose removal lowers the loss rank lowest. */
  signed: (change: number): number => change,
} as const;

export type Importance = keyof typeof importances;
