/** Accuracy over the removed share, after pruning, repair and fine-tuning, and over the remaining multiply-adds. */

import type { Html } from "@secateur/command-line/page";
import { plot, type SeriesScales } from "../../report/plot.ts";
import { valueDomain } from "../../report/value-domain.ts";
import { budgetWords } from "../budget.ts";
import type { Summary } from "../results.ts";
import type { Spread } from "../spread.ts";
import type { TableRow } from "../table-rows.ts";
import { isUnpruned } from "../table-rows.ts";
import { accuracyLimits, type BandPoint, bandPoint, bandSpec, xsOf, ysOf } from "./band-plot.ts";

interface Axis {
  readonly title: string;
  readonly format: string;
  readonly of: (row: TableRow) => number;
}

type AccuracyOf = (row: TableRow) => Spread | null;

const stages: readonly { readonly title: string; readonly of: AccuracyOf }[] = [
  { title: "Right after pruning", of: ({ accuracyPruned }) => accuracyPruned },
  { title: "After repair", of: ({ accuracyRepaired }) => accuracyRepaired },
  { title: "After fine-tuning", of: ({ accuracyTuned }) => accuracyTuned },
];

/** Plots without data are omitted; all have the same accuracy axis. */
export async function accuracyPlots(summary: Summary, scales: SeriesScales): Promise<readonly Html[]> {
  const { config, rows } = summary;
  const removed: Axis = {
    title: `Share of ${budgetWords[config.budget]} removed`,
    format: "%",
    of: ({ ratio }) => ratio,
  };
  const left: Axis = {
    title: "Remaining MACs (millions per image)",
    format: "f",
    of: ({ macs }) => macs.mean / 1e6,
  };
  const present = stages.filter(({ of }) => rows.some((row) => of(row) !== null));
  const charts = [
    ...present.map(({ title, of }) => ({ title, x: removed, line: points(summary, removed.of, of) })),
    ...present
      .slice(-1)
      .map(({ title, of }) => ({ title: `${title}, by cost`, x: left, line: points(summary, left.of, of) })),
  ];
  const domain = valueDomain(
    charts.flatMap(({ line }) => ysOf(line)),
    accuracyLimits,
  );
  return Promise.all(
    charts.map(({ title, x: { of: _, ...x }, line }) => {
      const look = {
        x: { ...x, domain: valueDomain(xsOf(line), { leastSpan: 0.01 }) },
        y: { title: "Test accuracy", format: "%", domain },
        scales,
      };
      return plot(
        bandSpec(title, line, look),
        `${title}: accuracy of each criterion. The numbers are in the table.`,
      );
    }),
  );
}

/** One line per criterion, starting at the unpruned network. */
function points(
  { rows, criteria }: Summary,
  x: (row: TableRow) => number,
  y: AccuracyOf,
): readonly BandPoint[] {
  return criteria.flatMap((criterion) =>
    rows
      .filter((row) => isUnpruned(row) || row.criterion === criterion)
      .flatMap((row) => {
        const accuracy = isUnpruned(row) ? row.accuracyBefore : y(row);
        return accuracy === null ? [] : [{ ...bandPoint(x(row), accuracy), criterion }];
      }),
  );
}
