/** The criteria by name, as on a command line. A criterion of your own is passed by value instead. */
import * as criteria from "./criteria.ts";
import type { Criterion } from "./criterion.ts";

export const criterionNames = [
  "random",
  "l1",
  "l2",
  "bn-scale",
  "taylor-weight",
  "taylor-weight-group",
  "taylor-gate",
] as const;
export type CriterionName = (typeof criterionNames)[number];

/** Each takes the run's seed; only "random" uses it. */
export const criterionTable: Readonly<Record<CriterionName, (seed: number) => Criterion>> = {
  random: (seed) => criteria.random({ seed }),
  l1: () => criteria.l1(),
  l2: () => criteria.l2(),
  "bn-scale": () => criteria.bnScale(),
  "taylor-weight": () => criteria.taylorWeight(),
  "taylor-weight-group": () => criteria.taylorWeightGroup(),
  "taylor-gate": () => criteria.taylorGate(),
};
