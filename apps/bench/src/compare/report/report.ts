/** `report.html`: all results of a run in one file without external resources. */

import { formatDuration } from "@secateur/command-line";
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
import { dataTitle } from "../../inputs/data-set.ts";
import { paletteSize, seriesScales } from "../../report/plot.ts";
import { seriesLegend } from "../../report/series-legend.ts";
import { defaultFrequency } from "../pruning-pace.ts";
import { repeatCommand } from "../repeat-command.ts";
import type { Summary } from "../results.ts";
import { finalAccuracy, formatSpread, isUnpruned, shortNumber } from "../table.ts";
import { accuracyPlots } from "./accuracy-plots.ts";
import { keptUnitsTable } from "./kept-units.ts";
import { fineTunePlots, trainingPlots } from "./loss-plots.ts";
import { resultsTable } from "./results-table.ts";
import { trajectoryPlots } from "./trajectory-plots.ts";

/** The whole page. */
export async function reportHtml(summary: Summary): Promise<string> {
  const { config, criteria } = summary;
  const scales = seriesScales(criteria);
  const title = `${config.model} on ${dataTitle(config)}: ${criteria.length} pruning criteria compared`;
  const legend = seriesLegend(criteria);
  const [accuracy, training, fineTuning] = await Promise.all([
    config.iterative ? trajectoryPlots(summary, scales) : accuracyPlots(summary, scales),
    trainingPlots(summary),
    fineTunePlots(summary, scales),
  ]);
  return page(title, leadText(summary), [
    baseAndBest(summary),
    section("Results", "", resultsTable(summary)),
    section(
      config.iterative ? "Accuracy and loss" : "Accuracy",
      accuracyNote(summary),
      html`${legend}${figures(accuracy)}`,
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

function accuracyNote({ config }: Summary): string {
  const what = config.iterative
    ? ", with a point at each ratio, where the network was tested"
    : "; each plot has its own accuracy axis";
  return `Every line starts at the unpruned network${what}. Bands: standard deviation over seeds.`;
}

function leadText({ config, seeds, engine, startedAt, durationMs }: Summary): string {
  const origin =
    config.weights === null ? `trained for ${counted(config.epochs, "epoch")}` : "loaded from a file";
  const images = config.subset === null ? "" : ` It used ${config.subset} of the training images.`;
  const quick = config.quick ? " This was a quick run: the differences are rough." : "";
  const tuning =
    config.finetune > 0 ? `fine-tuned for ${counted(config.finetune, "epoch")}` : "not fine-tuned";
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

/** The unpruned network, and the criterion with the highest accuracy at the highest ratio. */
function baseAndBest({ rows }: Summary): Html {
  const base = rows.find(isUnpruned);
  const highest = Math.max(...rows.map(({ ratio }) => ratio));
  const [best] = rows
    .filter(({ ratio }) => ratio === highest)
    .toSorted((a, b) => finalAccuracy(b) - finalAccuracy(a));
  if (base === undefined || best === undefined || isUnpruned(best)) return html``;
  const less = (before: number, after: number): string =>
    `${(before / after).toFixed(2)}× fewer than ${shortMillions(before)}`;
  return facts([
    fact(
      "Unpruned accuracy",
      `${formatSpread(base.accuracyBefore, 100, 2)} %`,
      `${(100 * (1 - base.accuracyBefore.mean)).toFixed(2)} % test error`,
    ),
    fact(
      `Best at ${shortNumber(highest * 100)} % removed`,
      best.criterion,
      `${(100 * finalAccuracy(best)).toFixed(2)} % accuracy`,
    ),
    fact("Its MACs", shortMillions(best.macs.mean), less(base.macs.mean, best.macs.mean)),
    fact(
      "Its parameters",
      shortMillions(best.parameters.mean),
      less(base.parameters.mean, best.parameters.mean),
    ),
  ]);
}

const shortMillions = (value: number): string =>
  value >= 1e6 ? `${(value / 1e6).toFixed(2)} M` : `${(value / 1e3).toFixed(1)} k`;

function pinnedTable({ pinned }: Summary): Html {
  if (pinned.length === 0) return html`<p>Every channel could be pruned.</p>`;
  return plainTable(pinned.map(({ layer, reason }) => [layer, reason]));
}

function notes({ cells }: Summary): Html {
  const texts = [...new Set(cells.flatMap((cell) => cell.notes.map((note) => `${cell.criterion}: ${note}`)))];
  return texts.length === 0 ? html`` : section("Notes", "", list(texts));
}

function environment({ engine, versions, commit, startedAt, seeds, criteria, scoring }: Summary): Html {
  const tooMany =
    criteria.length > paletteSize ? [["Colours", `repeated after ${paletteSize} criteria`] as const] : [];
  return plainTable([
    ["Engine", engine.description],
    ...Object.entries(versions),
    ["Commit", commit ?? "unknown"],
    ["Seeds", seeds.join(", ")],
    ["Scored on", `${scoring.minibatches ?? "all"} minibatches of ${scoring.batchSize} training images`],
    ["Started", startedAt],
    ...tooMany,
  ]);
}
