/** The table of results, for the terminal, for Markdown and for the report. */
import { markdownOf } from "../report/markdown-table.ts";
import { budgetWords } from "./budget.ts";
import { type Spread, type Summary, type TableRow, unpruned } from "./results.ts";

export interface Column {
  readonly title: string;
  /** Shown in the header only. */
  readonly unit: string;
  readonly text: (row: TableRow) => string;
}

/** Shown for a missing number. */
export const none = "–";

/** In display order; the fine-tuned accuracy only where networks were fine-tuned. */
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
  const loopNote =
    " Pruned: at the moment when the loop, which continues to train the network, has removed that share." +
    (config.finetune > 0 ? " Fine-tuned: after the last ratio." : "");
  return (
    `Removed: requested share of ${budgetWords[config.budget]}. Accuracy (unpruned), Pruned${config.finetune > 0 ? ", Fine-tuned" : ""}: ` +
    `on the test images${spreadNote}. MACs: multiply-adds per image.${config.iterative ? loopNote : ""}`
  );
}

export const isUnpruned = ({ criterion }: TableRow): boolean => criterion === unpruned;
