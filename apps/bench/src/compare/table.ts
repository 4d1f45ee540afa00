/** The table of results, for the terminal, for Markdown and for the report. */
import { decimalsFor, shortNumber } from "../report/decimals.ts";
import { markdownOf } from "../report/markdown-table.ts";
import { tableMarkdown } from "../report/number-table.ts";
import { budgetWords } from "./budget.ts";
import type { CompareConfig } from "./config.ts";
import { equalAmountTables } from "./equal-amount-table.ts";
import { measuresNote, measuresTable, measuresTitle } from "./measures-table.ts";
import type { Summary } from "./results.ts";
import type { Spread } from "./spread.ts";
import { formatSpread, none } from "./spread-text.ts";
import type { TableRow } from "./table-rows.ts";
import { formatTiming } from "./timing.ts";

export interface Column {
  readonly title: string;
  /** Shown in the header only. */
  readonly unit: string;
  readonly text: (row: TableRow) => string;
}

/** In display order; the accuracy after repair and after fine-tuning only where there is one. */
export function columnsOf({ rows }: Summary): readonly Column[] {
  const digits = (of: (row: TableRow) => number, usual: number): number => decimalsFor(rows.map(of), usual);
  const parameterDigits = digits(({ parameters }) => parameters.mean * 1e-3, 1);
  const macsDigits = digits(({ macs }) => macs.mean * 1e-6, 2);
  const latencyDigits = digits(({ latencyMsPerImage }) => latencyMsPerImage.median, 3);
  const percent = (spread: Spread | null): string => formatSpread(spread, 100, 2);
  const columns: Column[] = [
    { title: "Criterion", unit: "", text: ({ criterion }) => criterion },
    { title: "Removed", unit: "%", text: ({ ratio }) => (ratio === 0 ? none : shortNumber(ratio * 100)) },
    {
      title: "Parameters",
      unit: "k",
      text: ({ parameters }) => formatSpread(parameters, 1e-3, parameterDigits),
    },
    { title: "MACs", unit: "M", text: ({ macs }) => formatSpread(macs, 1e-6, macsDigits) },
    {
      title: "Latency",
      unit: "ms/image",
      text: ({ latencyMsPerImage }) => formatTiming(latencyMsPerImage, latencyDigits),
    },
    { title: "Accuracy", unit: "%", text: ({ accuracyBefore }) => percent(accuracyBefore) },
    { title: "Pruned", unit: "%", text: ({ accuracyPruned }) => percent(accuracyPruned) },
    { title: "Repair", unit: "s", text: ({ repairSeconds }) => formatSpread(repairSeconds, 1, 1) },
    { title: "Repaired", unit: "%", text: ({ accuracyRepaired }) => percent(accuracyRepaired) },
    { title: "Fine-tuned", unit: "%", text: ({ accuracyTuned }) => percent(accuracyTuned) },
  ];
  return columns.filter(({ text }) => rows.some((row) => text(row) !== none));
}

/** The unpruned network, then the rows of each criterion, and a legend; then other measures, and accuracies at equal amounts. */
export function resultsMarkdown(summary: Summary): string {
  const columns = columnsOf(summary);
  const header = columns.map(({ title, unit }) => (unit === "" ? title : `${title} (${unit})`));
  const body = summary.rows.map((row) => columns.map(({ text }) => text(row)));
  const equal = equalAmountTables(summary).map(
    ({ title, table, note }) => `**${title}**\n\n${tableMarkdown(table)}\n\n${note}`,
  );
  const measures = `**${measuresTitle(summary)}**\n\n${tableMarkdown(measuresTable(summary))}\n\n${measuresNote(summary)}`;
  return [markdownOf(header, body), tableNote(summary), measures, ...equal].join("\n\n");
}

/** The legend of the table. */
export function tableNote({ config, seeds, testCount }: Summary): string {
  const spreadNote =
    seeds.length > 1
      ? `mean ± standard deviation over ${seeds.length} seeds`
      : "± standard error of a share of so many images";
  const tested = ["Accuracy (unpruned)", "Pruned"];
  if (config.compensate) tested.push("Repaired");
  if (config.finetune > 0) tested.push("Fine-tuned");
  return [
    `Removed: requested share of ${budgetWords[config.budget]}.`,
    `${tested.join(", ")}: on the ${testCount.toLocaleString("en")} test images, ${spreadNote}.`,
    "MACs: multiply-adds per image. Latency: the median of timed runs and, in brackets, the range of the middle half of them.",
    ...(config.compensate ? [repairNote(config)] : []),
    ...(config.iterative ? [loopNote(config)] : []),
    ...(config.distill ? ["The unpruned network is the teacher of the fine-tuning."] : []),
  ].join(" ");
}

function repairNote({ finetune }: CompareConfig): string {
  return (
    "Repaired: the remaining weights are refitted by least squares to the unpruned network's layer outputs on the " +
    `images that were scored, without labels or training; Repair: the time that this takes.${finetune > 0 ? " Fine-tuning starts from there." : ""}`
  );
}

function loopNote({ finetune, "repair-removals": isRepaired }: CompareConfig): string {
  return (
    "Pruned: at the moment when the loop, which continues to train the network, has removed that share." +
    (finetune > 0 ? " Fine-tuned: after the last ratio." : "") +
    (isRepaired
      ? " After every removal, the remaining weights are refitted to the layer outputs of the network before it."
      : " Nothing is repaired: training moves the network away from the unpruned one, which a refit would restore.")
  );
}

/** The accuracy after the last stage. */
export function finalAccuracy({ accuracyTuned, accuracyRepaired, accuracyPruned }: TableRow): number {
  return (accuracyTuned ?? accuracyRepaired ?? accuracyPruned)?.mean ?? 0;
}
