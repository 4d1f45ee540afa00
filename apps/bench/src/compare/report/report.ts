/** `report.html`: all results of a run in one file without external resources. */

import { formatDuration } from "@secateur/command-line";
import { figures, type Html, html, list, page, plainTable, section } from "@secateur/command-line/page";
import { dataTitle } from "../../inputs/data-set.ts";
import { networkTitle } from "../../inputs/network.ts";
import { shortNumber } from "../../report/decimals.ts";
import { dateTimeText, engineRows } from "../../report/environment-text.ts";
import { tableHtml } from "../../report/number-table.ts";
import { seriesScales } from "../../report/plot.ts";
import { seriesLegend } from "../../report/series-legend.ts";
import { equalAmountTables } from "../equal-amount-table.ts";
import { measuresNote, measuresTable, measuresTitle } from "../measures-table.ts";
import { defaultFrequency } from "../pruning-pace.ts";
import { repeatCommand } from "../repeat-command.ts";
import type { Summary } from "../results.ts";
import { accuracyPlots } from "./accuracy-plots.ts";
import { keptUnitsTable } from "./kept-units.ts";
import { keyFigures } from "./key-figures.ts";
import { fineTunePlots, trainingPlots } from "./loss-plots.ts";
import { resultsTable } from "./results-table.ts";
import { trajectoryPlots } from "./trajectory-plots.ts";

/** The whole page. */
export async function reportHtml(summary: Summary): Promise<string> {
  const { config, criteria } = summary;
  const scales = seriesScales(criteria);
  const title = `${networkTitle(config)} on ${dataTitle(config)}: ${criteria.length} pruning criteria compared`;
  const legend = seriesLegend(criteria);
  const [accuracy, training, fineTuning] = await Promise.all([
    config.iterative ? trajectoryPlots(summary, scales) : [await accuracyPlots(summary, scales)],
    trainingPlots(summary),
    fineTunePlots(summary, scales),
  ]);
  return page(title, leadText(summary), [
    keyFigures(summary),
    section("Results", "", html`${resultsTable(summary)}${measures(summary)}${equalAmounts(summary)}`),
    section(
      config.iterative ? "Accuracy and loss" : "Accuracy",
      accuracyNote(summary),
      html`${legend}${accuracy.map(figures)}`,
    ),
    ...(training.length === 0 ? [] : [section("Training", "", figures(training))]),
    ...(fineTuning.length === 0 ? [] : [section("Fine-tuning", "", html`${legend}${figures(fineTuning)}`)]),
    section(
      "Units kept",
      "Share of each group's units that each criterion kept, in per cent, mean over seeds. A unit is a set of channels that can only be removed together; a group holds the units of coupled layers.",
      keptUnitsTable(summary),
    ),
    section("Never pruned", "", pinnedTable(summary)),
    notes(summary),
    section("Environment", "", environment(summary)),
    section("Repeat this run", "", html`<pre>${repeatCommand(config)}</pre>`),
  ]);
}

function measures(summary: Summary): Html {
  return html`<h3>${measuresTitle(summary)}</h3>${tableHtml(measuresTable(summary))}<p class="note">${measuresNote(summary)}</p>`;
}

function equalAmounts(summary: Summary): Html {
  const tables = equalAmountTables(summary).map(
    ({ title, table, note }) =>
      html`<h3>${title}</h3>${tableHtml(table)}<p class="note">${note} Blue: the highest of each column.</p>`,
  );
  return html`${tables}`;
}

function accuracyNote({ config, seeds, testCount }: Summary): string {
  const bands =
    seeds.length > 1
      ? "standard deviation over seeds"
      : `the standard error of a share of ${testCount.toLocaleString("en")} test images`;
  const what = config.iterative ? ", with a point at each ratio, where the network was tested" : "";
  return `Every line starts at the unpruned network${what}. All plots of a measure have the same scale. Bands: ${bands}.`;
}

function leadText({ config, seeds, engine, startedAt, durationMs }: Summary): string {
  const origin =
    config.weights === null && config.network === null
      ? `trained for ${counted(config.epochs, "epoch")}`
      : "loaded from a file";
  const images = config.subset === null ? "" : ` It used ${config.subset} of the training images.`;
  const quick = config.quick ? " This was a quick run: the differences are rough." : "";
  const tuning =
    config.finetune > 0
      ? `fine-tuned for ${counted(config.finetune, "epoch")}${config.distill ? " with the unpruned network as teacher" : ""}`
      : "not fine-tuned";
  return (
    `The network was ${origin}, pruned${paceText(config)}${config.compensate ? ", repaired without labels or training," : ""} and ${tuning}, with ${counted(seeds.length, "seed")}, ` +
    `on ${startedAt.slice(0, 10)} in ${formatDuration(durationMs)} (engine: ${engine.name}).${images}${quick}`
  );
}

function paceText({ iterative, frequency, "per-removal": perRemoval }: Summary["config"]): string {
  if (!iterative) return "";
  const units = perRemoval === null ? "2 % of the units" : counted(perRemoval, "unit");
  const interval = frequency ?? defaultFrequency;
  return ` during training (${units} every ${interval === 1 ? "minibatch" : `${interval} minibatches`})`;
}

const counted = (count: number, noun: string): string =>
  `${shortNumber(count)} ${noun}${count === 1 ? "" : "s"}`;

function pinnedTable({ pinned }: Summary): Html {
  if (pinned.length === 0) return html`<p>Every channel could be pruned.</p>`;
  return plainTable(pinned.map(({ layer, reason }) => [layer, reason]));
}

function notes({ cells, inapplicable }: Summary): Html {
  const texts = [
    ...Object.values(inapplicable).map((reason) => `Left out: ${reason}`),
    ...new Set(cells.flatMap((cell) => cell.notes.map((note) => `${cell.criterion}: ${note}`))),
  ];
  return texts.length === 0 ? html`` : section("Notes", "", list(texts));
}

function environment({ engine, versions, commit, startedAt, seeds, scoring }: Summary): Html {
  return plainTable([
    ...engineRows(engine.description),
    ...Object.entries(versions),
    ["Commit", commit ?? "unknown"],
    ["Seeds", seeds.join(", ")],
    ["Scored on", `${scoring.minibatches ?? "all"} minibatches of ${scoring.batchSize} training images`],
    ["Started", dateTimeText(startedAt)],
  ]);
}
