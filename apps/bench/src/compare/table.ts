/** The table of results, for the terminal, for Markdown and for the report. */
import { markdownOf } from "../report/markdown-table.ts";
import { budgetWords } from "./budget.ts";
import type { CompareConfig } from "./config.ts";
import { type Spread, type Summary, type TableRow, unpruned } from "./results.ts";

export interface Column {
  readonly title: string;
  /** Shown in the header only. */
  readonly unit: string;
  readonly text: (row: TableRow) => string;
}

/** Shown for a missing number. */
export const none = "–";

/** In display order; the accuracy after repair and after fine-tuning only where there is one. */
export function columnsOf({ rows }: Summary): readonly Column[] {
  const columns: Column[] = [
    { title: "Criterion", unit: "", text: ({ criterion }) => criterion },
    { title: "Removed", unit: "%", text: ({ ratio }) => (ratio === 0 ? none : shortNumber(ratio * 100)) },
    { title: "Parameters", unit: "k", text: ({ parameters }) => formatSpread(parameters, 1e-3, 1) },
    { title: "MACs", unit: "M", text: ({ macs }) => formatSpread(macs, 1e-6, 2) },
    {
      title: "Latency",
      unit: "ms/image",
      text: ({ latencyMsPerImage }) => formatSpread(latencyMsPerImage, 1, 3),
    },
    { title: "Accuracy", unit: "%", text: ({ accuracyBefore }) => formatSpread(accuracyBefore, 100, 2) },
    { title: "Pruned", unit: "%", text: ({ accuracyPruned }) => formatSpread(accuracyPruned, 100, 2) },
    { title: "Repair", unit: "s", text: ({ repairSeconds }) => formatSpread(repairSeconds, 1, 1) },
    { title: "Repaired", unit: "%", text: ({ accuracyRepaired }) => formatSpread(accuracyRepaired, 100, 2) },
    { title: "Fine-tuned", unit: "%", text: ({ accuracyTuned }) => formatSpread(accuracyTuned, 100, 2) },
  ];
  return columns.filter(({ text }) => rows.some((row) => text(row) !== none));
}

/** For instance `61.20 ± 0.35`; one seed has no deviation. */
export function formatSpread(spread: Spread | null, scale: number, digits: number): string {
  if (spread === null) return none;
  const mean = (spread.mean * scale).toFixed(digits);
  return spread.std === null || spread.std === 0 ? mean : `${mean} ± ${(spread.std * scale).toFixed(digits)}`;
}

/** Without trailing zeros or rounding noise: 30, 12.5. */
export function shortNumber(value: number): string {
  return String(Number(value.toFixed(4)));
}

/** The unpruned network, then the rows of each criterion; a legend follows. */
export function resultsMarkdown(summary: Summary): string {
  const columns = columnsOf(summary);
  const header = columns.map(({ title, unit }) => (unit === "" ? title : `${title} (${unit})`));
  const body = summary.rows.map((row) => columns.map(({ text }) => text(row)));
  return [markdownOf(header, body), "", tableNote(summary)].join("\n");
}

/** The legend of the table. */
export function tableNote({ config, seeds }: Summary): string {
  const spreadNote = seeds.length > 1 ? `, mean ± standard deviation over ${seeds.length} seeds` : "";
  const tested = ["Accuracy (unpruned)", "Pruned"];
  if (config.compensate) tested.push("Repaired");
  if (config.finetune > 0) tested.push("Fine-tuned");
  return [
    `Removed: requested share of ${budgetWords[config.budget]}.`,
    `${tested.join(", ")}: on the test images${spreadNote}.`,
    "MACs: multiply-adds per image.",
    ...(config.compensate ? [repairNote(config)] : []),
    ...(config.iterative ? [loopNote(config)] : []),
  ].join(" ");
}

function repairNote({ finetune }: CompareConfig): string {
  return (
    "Repaired: the remaining weights are refitted by least squares to the unpruned network's layer outputs on the " +
    `images that were scored, without labels or training; Repair: the time that this takes.${finetune > 0 ? " Fine-tuning starts from there." : ""}`
  );
}

function loopNote({ finetune }: CompareConfig): string {
  return (
    "Pruned: at the moment when the loop, which continues to train the network, has removed that share." +
    (finetune > 0 ? " Fine-tuned: after the last ratio." : "") +
    " Nothing is repaired: training moves the network away from the unpruned one, which a refit would restore."
  );
}

/** The accuracy after the last stage. */
export function finalAccuracy({ accuracyTuned, accuracyRepaired, accuracyPruned }: TableRow): number {
  return (accuracyTuned ?? accuracyRepaired ?? accuracyPruned)?.mean ?? 0;
}

export const isUnpruned = ({ criterion }: TableRow): boolean => criterion === unpruned;
