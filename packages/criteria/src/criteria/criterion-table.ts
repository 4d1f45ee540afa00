/** The built-in criteria by name, for command lines. */
import type { Criterion } from "../criterion.ts";
import * as criteria from "./index.ts";

export const criterionNames = [
  "random",
  "l1",
  "l2",
  "lamp",
  "fpgm",
  "bn-scale",
  "activation-mean",
  "apoz",
  "bn-scale-taylor",
  "taylor-weight",
  "taylor-weight-group",
  "taylor-gate",
  "taylor-skip-gate",
  "taylor-fg",
  "taylor-output",
  "taylor-so",
  "taylor-so-gate",
  "obd",
  "obd-hutchinson",
  "obd-fisher",
  "taylor-margin",
] as const;
export type CriterionName = (typeof criterionNames)[number];

/** Each function creates a criterion from a seed, which only "random" uses. */
export const criterionTable: Readonly<Record<CriterionName, (seed: number) => Criterion>> = {
  random: (seed) => criteria.random({ seed }),
  l1: () => criteria.l1(),
  l2: () => criteria.l2(),
  lamp: () => criteria.lamp(),
  fpgm: () => criteria.geometricMedian(),
  "bn-scale": () => criteria.bnScale(),
  "activation-mean": () => criteria.activationMean(),
  apoz: () => criteria.apoz(),
  "bn-scale-taylor": () => criteria.bnScaleTaylor(),
  "taylor-weight": () => criteria.taylorWeight(),
  "taylor-weight-group": () => criteria.taylorWeightGroup(),
  "taylor-gate": () => criteria.taylorGate(),
  "taylor-skip-gate": () => criteria.taylorSkipGate(),
  "taylor-fg": () => criteria.taylorFullGradient(),
  "taylor-output": () => criteria.taylorOutput(),
  "taylor-so": () => criteria.taylorSecondOrder(),
  "taylor-so-gate": () => criteria.taylorSecondOrderGate(),
  obd: () => criteria.obd(),
  "obd-hutchinson": () => criteria.obdHutchinson(),
  "obd-fisher": () => criteria.obdFisher(),
  "taylor-margin": () => criteria.taylorMargin(),
};
