/** `oracle.json`: all that was measured, unit by unit, and the correlations that follow from it. */
import { type CriterionCorrelations, correlate } from "../correlations.ts";
import type { OracleMeasurements } from "../measurements.ts";

/** @param correlations those of the measurements, for who has them already. */
export function oracleJson(
  measurements: OracleMeasurements,
  correlations: readonly CriterionCorrelations[] = correlate(measurements),
): string {
  return `${JSON.stringify({ ...measurements, correlations }, null, 2)}\n`;
}
