/** The result of `secateur prune` for a terminal. */
import { change, counted, formatBytes, grouped, milliseconds, percent, significant } from "../numbers.ts";
import { shownPath } from "../output-folder.ts";
import { textTable } from "../text-table.ts";
import type { OutputComparison } from "./compare-outputs.ts";
import type { Change, MeasuredTime, PruneSummary } from "./result.ts";

/** @param out - The folder that was written; null where none was. */
export function summaryText(summary: PruneSummary, out: string | null): string {
  const table = textTable([["", "before", "after", "change"], ...changeRows(summary)]);
  const end =
    out === null
      ? "Nothing was written, as this was a dry run."
      : `Wrote model.json, plan.json and report.html to ${shownPath(out)}.`;
  return [table, "", ...summary.outputs.map((output) => outputLine(output, summary)), end].join("\n");
}

/** Name, before, after, change. */
export function changeRows({ parameters, macs, bytes, time }: PruneSummary): readonly (readonly string[])[] {
  const row = (name: string, { before, after }: Change, format: (value: number) => string) => [
    name,
    format(before),
    format(after),
    change(before, after),
  ];
  const { before, after } = time;
  return [
    row("Parameters", parameters, grouped),
    row("Multiply-adds", macs, grouped),
    row("Size of the files", bytes, formatBytes),
    ["Time per image", timeText(before), timeText(after), change(before.medianMs, after.medianMs)],
  ];
}

/** `41.2 ms (40.1 to 44.0)` */
export function timeText({ medianMs, spreadMs }: MeasuredTime): string {
  const spread = spreadMs.map((ms) => milliseconds(ms).replace(" ms", ""));
  return `${milliseconds(medianMs)} (${spread.join(" to ")})`;
}

function outputLine(
  { name, agreement, meanDifference, largestDifference, accuracy }: OutputComparison,
  { outputs, images }: PruneSummary,
): string {
  const subject = outputs.length > 1 ? `${name}: ` : "";
  const differences = `outputs differ by ${significant(meanDifference)} on average and by ${significant(largestDifference)} at most`;
  const on = `on ${counted(images.held, "image")} that ${images.held === 1 ? "was" : "were"} held back`;
  const text =
    agreement === null
      ? `${on}, ${differences}.`
      : `the first class is the same in ${percent(agreement)} ${on}; ${differences}.`;
  const correct =
    accuracy === null ? "" : ` Accuracy: ${percent(accuracy[0])} before, ${percent(accuracy[1])} after.`;
  return `${subject}${text.charAt(0).toUpperCase()}${text.slice(1)}${correct}`;
}
