/** From a change of the loss to how important a unit is. The paper squares it; the authors' code takes its size. */

export const importances = {
  /** |ΔE|: a unit without which the loss falls counts as much as one without which it rises. */
  absolute: (change: number): number => Math.abs(change),
  /** (ΔE)²: the same order. */
  squared: (change: number): number => change * change,
  /** ΔE: what harms goes first. */
  signed: (change: number): number => change,
} as const;

export type Importance = keyof typeof importances;
