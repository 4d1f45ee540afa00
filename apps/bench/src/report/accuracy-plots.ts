/** Accuracy over what was removed, before and after fine-tuning, and over the multiply-adds that are left. */
import type { TopLevelSpec } from "vega-lite";
import type { Spread, Summary, TableRow } from "../results.ts";
import { budgetWords, isUnpruned } from "../table.ts";
import type { Html } from "./html.ts";
import { plot, plotSize, type SeriesScales } from "./plot.ts";

interface Point {
  readonly criterion: string;
  readonly x: number;
  readonly accuracy: number;
  readonly low: number;
  readonly high: number;
}

interface Axis {
  readonly title: string;
  readonly format: string;
  readonly zero: boolean;
  readonly of: (row: TableRow) => number;
}

type AccuracyOf = (row: TableRow) => Spread | null;

/** As many plots as there is something to show; each has its own accuracy axis. */
export async function accuracyPlots(summary: Summary, scales: SeriesScales): Promise<readonly Html[]> {
  const { config, rows } = summary;
  const removed: Axis = {
    title: `Share of ${budgetWords[config.budget]} removed`,
    format: "%",
    zero: true,
    of: ({ ratio }) => ratio,
  };
  const left: Axis = {
    title: "MACs left (millions an image)",
    format: "~f",
    zero: false,
    of: ({ macs }) => macs.mean / 1e6,
  };
  const pruned: AccuracyOf = ({ accuracyPruned }) => accuracyPruned;
  const tuned: AccuracyOf = ({ accuracyTuned }) => accuracyTuned;
  const isTuned = rows.some((row) => tuned(row) !== null);
  const final = isTuned ? tuned : pruned;
  const charts = [
    { title: "Right after pruning", x: removed, y: pruned },
    ...(isTuned ? [{ title: "After fine-tuning", x: removed, y: tuned }] : []),
    { title: isTuned ? "After fine-tuning, by cost" : "Right after pruning, by cost", x: left, y: final },
  ];
  return Promise.all(
    charts.map(({ title, x, y }) => {
      const spec = accuracySpec(title, x, pointsOf(summary, x.of, y), scales);
      return plot(spec, `${title}: accuracy of each criterion. The table has the numbers.`);
    }),
  );
}

/** From the unpruned network on, criterion by criterion; moved apart a little so that error bars do not hide each other. */
function pointsOf(
  { rows, criteria }: Summary,
  x: (row: TableRow) => number,
  y: AccuracyOf,
): readonly Point[] {
  const start = rows.find(isUnpruned);
  const places = rows.map(x);
  const step = (Math.max(...places) - Math.min(...places)) * 0.006;
  return criteria.flatMap((criterion, i) => {
    const own = rows.filter((row) => row.criterion === criterion && y(row) !== null);
    const shift = (i - (criteria.length - 1) / 2) * step;
    return [...(start === undefined ? [] : [start]), ...own].flatMap((row) => {
      const accuracy = isUnpruned(row) ? row.accuracyBefore : y(row);
      if (accuracy === null) return [];
      const deviation = accuracy.std ?? 0;
      const range = {
        low: Math.max(0, accuracy.mean - deviation),
        high: Math.min(1, accuracy.mean + deviation),
      };
      return [{ criterion, x: x(row) + (isUnpruned(row) ? 0 : shift), accuracy: accuracy.mean, ...range }];
    });
  });
}

/** From a round number below the lowest point to one above the highest, error bars included. */
function accuracyRange(points: readonly Point[]): readonly [number, number] {
  const low = Math.min(...points.map((point) => point.low));
  const high = Math.max(...points.map((point) => point.high));
  const step = high - low > 0.25 ? 0.1 : high - low > 0.1 ? 0.05 : 0.01;
  const round = (steps: number): number => Number((steps * step).toFixed(4));
  return [Math.max(0, round(Math.floor(low / step))), Math.min(1, round(Math.ceil(high / step)))];
}

function accuracySpec(
  title: string,
  { format, zero, title: xTitle }: Axis,
  points: readonly Point[],
  scales: SeriesScales,
): TopLevelSpec {
  const criterion = { field: "criterion", type: "nominal", legend: null } as const;
  const scale = { domain: [...accuracyRange(points)], nice: false };
  const axis = { format: "%", title: "Test accuracy", tickCount: 6 };
  const yOf = (field: string): object => ({ field, type: "quantitative", scale, axis });
  const line = { type: "line", strokeWidth: 2 };
  return {
    title,
    width: plotSize.width,
    height: plotSize.height,
    data: { values: [...points] },
    encoding: {
      x: {
        field: "x",
        type: "quantitative",
        axis: { format, title: xTitle, tickCount: 5 },
        scale: { zero, nice: false, padding: 10 },
      },
      color: { ...criterion, scale: scales.color },
    },
    layer: [
      {
        mark: { type: "rule", strokeWidth: 1.5, opacity: 0.6 },
        encoding: { y: yOf("low"), y2: { field: "high" } },
      },
      { mark: line, encoding: { y: yOf("accuracy"), order: { field: "x" } } },
      {
        mark: { type: "point", filled: true, size: 60, opacity: 1 },
        encoding: { y: yOf("accuracy"), shape: { ...criterion, scale: scales.shape } },
      },
    ],
  } as TopLevelSpec;
}
