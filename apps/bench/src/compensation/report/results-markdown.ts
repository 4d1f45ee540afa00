/** The tables of the study, for the terminal and for `results.md`. */

import { formatDuration } from "@secateur/command-line";
import { formatSpread } from "../../compare/spread-text.ts";
import { dataTitle } from "../../inputs/data-set.ts";
import { decimalsFor, shortNumber } from "../../report/decimals.ts";
import { dateTimeText, engineText } from "../../report/environment-text.ts";
import { markdownOf } from "../../report/markdown-table.ts";
import { keyOf } from "../cells.ts";
import type { CompensationMeasurements, CompensationRow } from "../measurements.ts";
import { repeatCommand } from "../repeat-command.ts";
import { curveRows, ofFirstChoice, rowsOf } from "../rows.ts";
import { costTable } from "./cost-table.ts";

interface Section {
  readonly title: string;
  readonly text: string;
}

/** The whole file. */
export function resultsMarkdown(measurements: CompensationMeasurements): string {
  const { config, engine, versions, commit, startedAt, durationMs } = measurements;
  const environment = [
    engineText(engine),
    ...Object.entries(versions).map(([name, version]) => `${name} ${version}`),
  ];
  return [
    `# Compensation of ${config.model} on ${dataTitle(config)}`,
    tablesMarkdown(measurements),
    "## Environment",
    `${environment.join(", ")}, commit ${commit ?? "unknown"}; started ${dateTimeText(startedAt)}, ${formatDuration(durationMs)} of work.`,
    `\`\`\`sh\n${repeatCommand(config)}\n\`\`\``,
    "",
  ].join("\n\n");
}

/** The tables under their headings. */
export function tablesMarkdown(measurements: CompensationMeasurements): string {
  const rows = rowsOf(measurements.cells);
  const { macs } = measurements.config;
  const sections = [
    ...macs.map((share) => accuracySection(measurements, rows, share)),
    refitSection(measurements, rows),
    ...curveSection(measurements),
    ...shiftedSection(rows),
    ...costTable(measurements),
  ];
  return sections.map(({ title, text }) => `## ${title}\n\n${text}`).join("\n\n");
}

const percent = (share: number): string => `${shortNumber(100 * share)} %`;

const accuracyOf = (row: CompensationRow | undefined): string => formatSpread(row?.accuracy ?? null, 100, 2);

const choiceName = ({ criterion, labels }: CompensationRow): string =>
  labels === "own" ? `${criterion}, own labels` : criterion;

/** Rows of the same images for all choices. */
const isMain =
  ({ config: { images, methods } }: CompensationMeasurements) =>
  ({ samples, classes, method }: CompensationRow): boolean =>
    samples === images && classes === "all" && methods.includes(method);

function accuracySection(
  measurements: CompensationMeasurements,
  rows: readonly CompensationRow[],
  share: number,
): Section {
  const { methods, images, seeds } = measurements.config;
  const chosen = rows.filter((row) => row.macs === share && isMain(measurements)(row));
  const body = [...new Set(chosen.map(choiceName))].map((name) => [
    name,
    ...methods.map((method) =>
      accuracyOf(chosen.find((row) => choiceName(row) === name && row.method === method)),
    ),
  ]);
  const over = seeds.length > 1 ? `, mean ± standard deviation over ${seeds.length} seeds` : "";
  const note = `Accuracy on the test images in per cent${over}; ${(100 * measurements.network.accuracy).toFixed(2)} before. One shot by score per saved multiply-add, ${images} training images, no training.`;
  return {
    title: `${percent(share)} of the multiply-adds removed`,
    text: `${markdownOf(["criterion", ...methods], body)}\n\n${note}`,
  };
}

/** Time and output error of every method on the first choice. */
function refitSection(measurements: CompensationMeasurements, rows: readonly CompensationRow[]): Section {
  const own = ofFirstChoice(rows).filter(isMain(measurements));
  const errorDigits = decimalsFor(
    own.flatMap(({ before, after }) => [before.mean, after.mean]),
    4,
  );
  const body = own.map((row) => [
    row.method,
    percent(row.macs),
    formatSpread(row.macsLeft, 100, 1),
    formatSpread(row.seconds, 1, 1),
    formatSpread(row.before, 1, errorDigits),
    formatSpread(row.after, 1, errorDigits),
    `${row.reverted} of ${row.seeds}`,
  ]);
  const head = ["method", "removed", "MACs left (%)", "seconds", "error before", "error after", "reverted"];
  const note =
    "Error: squared difference of the outputs on the refit's images, relative to the variance of the unpruned network's. Reverted: the refit was given up because the error grew.";
  return {
    title: `The refit of the choice by ${own[0]?.criterion ?? ""}`,
    text: `${markdownOf(head, body)}\n\n${note}`,
  };
}

function curveSection(measurements: CompensationMeasurements): readonly Section[] {
  const { samples, macs, images } = measurements.config;
  const rows = curveRows(measurements);
  if (rows.length === 0) return [];
  const body = macs.map((share) => [
    percent(share),
    ...samples.map((count) => accuracyOf(rows.find((row) => row.macs === share && row.samples === count))),
  ]);
  const note = `Accuracy in per cent after least squares on so many images; units chosen by ${rows[0]?.criterion ?? ""} on ${images} images.`;
  return [
    {
      title: "Images of the refit",
      text: `${markdownOf(["removed", ...samples.map(String)], body)}\n\n${note}`,
    },
  ];
}

function shiftedSection(rows: readonly CompensationRow[]): readonly Section[] {
  const shifted = rows.filter(({ classes }) => classes === "half");
  if (shifted.length === 0) return [];
  const body = shifted.map((row) => {
    const same = rows.find((other) => other.classes === "all" && isEqualButForClasses(other, row));
    return [row.method, percent(row.macs), accuracyOf(same), accuracyOf(row)];
  });
  const head = ["method", "removed", "all classes", "half of the classes"];
  const note =
    "Accuracy in per cent on the test images of all classes, by the classes of the refit's images.";
  return [{ title: "Images of half of the classes", text: `${markdownOf(head, body)}\n\n${note}` }];
}

const isEqualButForClasses = (a: CompensationRow, b: CompensationRow): boolean =>
  keyOf({ ...a, seed: 0, classes: "all" }) === keyOf({ ...b, seed: 0, classes: "all" });
