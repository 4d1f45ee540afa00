/** Remarks on the tables: criteria that do not apply, units and layers that were not compared. */
import { coefficientNames } from "../coefficients.ts";
import type { CriterionCorrelations } from "../correlations.ts";
import type { OracleMeasurements } from "../measurements.ts";

/** Names of criteria without a row, and the reasons. */
export function notApplicable({ criteria }: OracleMeasurements): readonly (readonly [string, string])[] {
  return criteria
    .filter(({ scores }) => scores === null)
    .map(({ name, notes }) => [name, notes.length === 0 ? "no reason given" : notes.join(" ")]);
}

/** One line per remark, for all criteria it applies to. */
export function remarks(
  { criteria }: OracleMeasurements,
  correlations: readonly CriterionCorrelations[],
): readonly string[] {
  const namesByText = new Map<string, readonly string[]>();
  for (const own of correlations) {
    const notes = criteria.find(({ name }) => name === own.name)?.notes ?? [];
    for (const text of [...notes, ...leftOut(own)]) {
      namesByText.set(text, [...(namesByText.get(text) ?? []), own.name]);
    }
  }
  return [...namesByText].map(([text, names]) => {
    const isAll = names.length > 1 && names.length === correlations.length;
    return `${isAll ? "all criteria" : names.join(", ")}: ${text}`;
  });
}

function leftOut({ units, overGroups, allUnits }: CriterionCorrelations): readonly string[] {
  const { groups, leftOut: without } = overGroups.spearman;
  const withoutLog = overGroups.logPearson.leftOut;
  const inLog = withoutLog > without ? ` (in log scale: ${withoutLog})` : "";
  const dropped = Math.max(...coefficientNames.map((name) => allUnits[name].interval?.dropped ?? 0));
  return [
    ...(units.leftOut > 0 ? [`${units.leftOut} units without a finite score were not compared`] : []),
    ...(withoutLog > 0 ? [`${without} of ${groups + without} layers have no correlation${inLog}`] : []),
    ...(dropped > 0 ? [`up to ${dropped} bootstrap samples of an interval had no value`] : []),
  ];
}
