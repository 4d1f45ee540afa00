/** `report.html` of an oracle study: tables and plots in one file without external resources. */
import {
  fact,
  facts,
  figures,
  type Html,
  html,
  list,
  page,
  plainTable,
  section,
} from "@secateur/command-line/page";
import { tableHtml } from "../../report/number-table.ts";
import { type CriterionCorrelations, correlate } from "../correlations.ts";
import type { JointStudy, OracleMeasurements, SubsetStudy } from "../measurements.ts";
import { certaintyTable, correlationTable } from "./correlation-tables.ts";
import { depthLegend } from "./depth-colours.ts";
import { environment } from "./environment-rows.ts";
import { jointTable } from "./joint-table.ts";
import { layerHeat } from "./layer-heat.ts";
import * as words from "./reading-guide.ts";
import { notApplicable, remarks } from "./remarks.ts";
import { scatterPlots } from "./scatter-plots.ts";
import { subsetLegend, subsetPlot, subsetPlots } from "./subset-plots.ts";
import { subsetTable } from "./subset-table.ts";

/** @param correlations - Computed from the measurements unless given, which takes seconds. */
export async function oracleReportHtml(
  measurements: OracleMeasurements,
  correlations: readonly CriterionCorrelations[] = correlate(measurements),
): Promise<string> {
  const without = notApplicable(measurements);
  const notes = remarks(measurements, correlations);
  const groups = measurements.groups.map(({ id }) => id);
  const scatter = await scatterPlots(measurements, correlations);
  const dots = html`${depthLegend(groups)}<div class="small">${figures(scatter)}</div>`;
  return page(words.titleOf(measurements), words.leadOf(measurements), [
    inNumbers(measurements, correlations),
    section(
      "Correlation with the oracle",
      words.tableNote,
      tableHtml(correlationTable(measurements, correlations)),
    ),
    ...(without.length === 0 ? [] : [section("Not applicable", "", plainTable(without))]),
    section("How to read the table", "", plainTable(words.guide)),
    section("Scores and loss changes", words.scatterNote, dots),
    section("Per layer", `Spearman. ${words.layerNote}`, layerHeat(measurements, correlations)),
    ...(measurements.subsets === null ? [] : [await subsets(measurements.subsets)]),
    ...(measurements.joint === null ? [] : [joint(measurements.joint)]),
    section("Confidence", words.certaintyNote, tableHtml(certaintyTable(measurements, correlations))),
    ...(notes.length === 0 ? [] : [section("Notes", "", list(notes))]),
    section("Environment", "", plainTable(environment(measurements))),
  ]);
}

async function subsets(study: SubsetStudy): Promise<Html> {
  const small = figures(await subsetPlots(study));
  return section(
    "Removing several units",
    words.subsetNote(study),
    html`${subsetLegend(study)}<figure class="wide">${await subsetPlot(study)}</figure><div class="small">${small}</div>
<details><summary>Table</summary>${tableHtml(subsetTable(study))}</details>`,
  );
}

function joint(study: JointStudy): Html {
  return section("Sets chosen jointly", words.jointNote(study), tableHtml(jointTable(study)));
}

function inNumbers(measurements: OracleMeasurements, correlations: readonly CriterionCorrelations[]): Html {
  const { network, config } = measurements;
  const best = correlations
    .flatMap(({ name, allUnits: { spearman } }) =>
      spearman.value === null || name === "random" ? [] : [{ name, value: spearman.value }],
    )
    .toSorted((a, b) => b.value - a.value)[0];
  return facts([
    fact("Accuracy", `${(100 * network.accuracy).toFixed(2)} %`, `loss ${network.loss.toFixed(4)}`),
    fact("Units", String(words.unitCount(measurements)), `in ${measurements.groups.length} groups`),
    fact("Images", String(config.images), `in minibatches of ${config.batchSize}`),
    ...(best === undefined
      ? []
      : [fact("Best over all units", best.name, `Spearman ${best.value.toFixed(3)}`)]),
  ]);
}
