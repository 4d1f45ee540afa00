/** The results as text: one table for the terminal, for Markdown and for the report. */
import { markdownOf } from "../report/markdown-table.ts";
import { type Spread, type Summary, type TableRow, unpruned } from "./results.ts";

export interface Column {
  readonly title: string;
  /** In the header, so that the cells hold only numbers. */
  readonly unit: string;
  readonly text: (row: TableRow) => string;
}

/** Stands where there is no number. */
export const none = "–";

/** Columns in the order in which they are shown; fine-tuning only where it was done. */
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
    { title: "Fine-tuned", unit: "%", text: ({ accuracyTuned }) => formatSpread(accuracyTuned, 100, 2) },
  ];
  return rows.some(({ accuracyTuned }) => accuracyTuned !== null) ? columns : columns.slice(0, -1);
}

/** `61.20 ± 0.35`; the deviation only where there is one. */
export function formatSpread(spread: Spread | null, scale: number, digits: number): string {
  if (spread === null) return none;
  const mean = (spread.mean * scale).toFixed(digits);
  return spread.std === null || spread.std === 0 ? mean : `${mean} ± ${(spread.std * scale).toFixed(digits)}`;
}

/** Without trailing zeros or rounding noise: 30, 12.5. */
export function shortNumber(value: number): string {
  return String(Number(value.toFixed(4)));
}

/** What the ratios are a share of, in a word. */
export const budgetWords: Readonly<Record<Summary["config"]["budget"], string>> = {
  units: "units",
  macs: "MACs",
  params: "parameters",
};

/** Aligned columns, criterion by criterion, the unpruned network first; below it how to read it. */
export function markdownTable(summary: Summary): string {
  const columns = columnsOf(summary);
  const header = columns.map(({ title, unit }) => (unit === "" ? title : `${title} (${unit})`));
  const body = summary.rows.map((row) => columns.map(({ text }) => text(row)));
  return [markdownOf(header, body), "", tableNote(summary)].join("\n");
}

/** What the numbers are, in short sentences. */
export function tableNote({ config, seeds }: Summary): string {
  const spreadNote = seeds.length > 1 ? `, mean ± standard deviation over ${seeds.length} seeds` : "";
  const loopNote =
    " Pruned: when the loop, which trains the network on, had removed that share." +
    (config.finetune > 0 ? " Fine-tuned: after the last." : "");
  return (
    `Removed: share of ${budgetWords[config.budget]} asked for. Accuracy (before), Pruned${config.finetune > 0 ? ", Fine-tuned" : ""}: ` +
    `on the test images${spreadNote}. MACs: multiply-adds an image.${config.iterative ? loopNote : ""}`
  );
}

export const isUnpruned = ({ criterion }: TableRow): boolean => criterion === unpruned;
