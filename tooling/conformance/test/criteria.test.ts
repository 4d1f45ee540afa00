/** Every criterion of the table, through the conformance kit. */
import { type CriterionName, criterionNames, criterionTable } from "@secateur/criteria";
import { type CriterionOptions, describeCriterion } from "../src/index.ts";

const options: Readonly<Partial<Record<CriterionName, CriterionOptions>>> = {
  random: { random: true },
  "obd-hutchinson": { random: true },
  "obd-fisher": { random: true },
  "bn-scale": { notOn: ["dense"] },
  "bn-scale-taylor": { notOn: ["dense"] },
  "taylor-so": { tolerance: 1e-2 },
};

for (const name of criterionNames) describeCriterion(name, criterionTable[name], options[name]);
