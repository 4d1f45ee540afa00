/** `oracle.md`: the tables of the report, and each coefficient per layer. */

import { tableMarkdown } from "../../report/number-table.ts";
import { coefficientNames, coefficients } from "../coefficients.ts";
import { type CriterionCorrelations, correlate } from "../correlations.ts";
import type { OracleMeasurements } from "../measurements.ts";
import { certaintyTable, correlationTable, layerTable } from "./correlation-tables.ts";
import { environment } from "./environment-rows.ts";
import { jointTable } from "./joint-table.ts";
import * as words from "./reading-guide.ts";
import { notApplicable, remarks } from "./remarks.ts";
import { subsetTable } from "./subset-table.ts";

/** @param correlations - Computed from the measurements unless given. */
export function oracleMarkdown(
  measurements: OracleMeasurements,
  correlations: readonly CriterionCorrelations[] = correlate(measurements),
): string {
  const { subsets, joint } = measurements;
  const items = (texts: readonly string[]): string =>
    texts.map((text) => `- ${text.replaceAll("<", "\\<")}`).join("\n");
  const termed = (rows: readonly (readonly [string, string])[]): string =>
    items(rows.map(([term, text]) => `**${term}**: ${text}`));
  const without = notApplicable(measurements);
  const notes = remarks(measurements, correlations);
  const parts = [
    `# ${words.titleOf(measurements)}`,
    words.leadOf(measurements),
    "## Correlation with the oracle",
    tableMarkdown(correlationTable(measurements, correlations)),
    words.tableNote,
    ...(without.length === 0 ? [] : ["## Not applicable", termed(without)]),
    "## How to read the table",
    termed(words.guide),
    ...(subsets === null
      ? []
      : ["## Removing several units", tableMarkdown(subsetTable(subsets)), words.subsetNote(subsets)]),
    ...(joint === null
      ? []
      : ["## Sets chosen jointly", tableMarkdown(jointTable(joint)), words.jointNote(joint)]),
    "## Confidence",
    tableMarkdown(certaintyTable(measurements, correlations)),
    words.certaintyNote,
    "## Per layer",
    words.layerNote,
    ...coefficientNames.flatMap((name) => [
      `### ${coefficients[name].title}`,
      tableMarkdown(layerTable(name, measurements, correlations)),
    ]),
    ...(notes.length === 0 ? [] : ["## Notes", items(notes)]),
    "## Environment",
    termed(environment(measurements)),
  ];
  return `${parts.join("\n\n")}\n`;
}
