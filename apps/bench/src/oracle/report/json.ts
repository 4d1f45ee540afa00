/** `oracle.json`: all measurements per unit, and their correlations. */
import { type CriterionCorrelations, correlate } from "../correlations.ts";
import type { OracleMeasurements } from "../measurements.ts";

/** @param correlations - Computed from the measurements unless given. */
export function oracleJson(
  measurements: OracleMeasurements,
  correlations: readonly CriterionCorrelations[] = correlate(measurements),
): string {
  return `${JSON.stringify({ ...measurements, correlations }, null, 2)}\n`;
}
