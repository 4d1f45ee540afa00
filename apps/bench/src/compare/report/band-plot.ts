/** Line plots of means over seeds, with bands of one standard deviation; one line, or one per criterion. */
import type { TopLevelSpec } from "vega-lite";
import { plotSize, type SeriesScales } from "../../report/plot.ts";
import type { DomainLimits } from "../../report/value-domain.ts";
import { type Spread, spread } from "../spread.ts";

export interface BandPoint {
  readonly x: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** The line, where there are several. */
  readonly criterion?: string;
}

/** Formats are those of d3-format, without `~`: it would cut the zeros of some labels of an axis. */
export interface BandAxis {
  readonly title: string;
  readonly format: string;
  readonly domain: readonly [low: number, high: number];
}

export interface BandLook {
  readonly x: BandAxis;
  readonly y: BandAxis;
  /** Given for one line per criterion. */
  readonly scales?: SeriesScales;
}

/** An accuracy axis covers two per cent or more; a loss axis a tenth of a nat. */
export const accuracyLimits: DomainLimits = { leastSpan: 0.02, within: [0, 1] };
export const lossLimits: DomainLimits = { leastSpan: 0.1, within: [0, Infinity] };

/** The values of an axis, for its domain. */
export const xsOf = (points: readonly BandPoint[]): readonly number[] => points.map(({ x }) => x);
export const ysOf = (points: readonly BandPoint[]): readonly number[] =>
  points.flatMap(({ low, high }) => [low, high]);

/** @param values - One value per seed, at least one; or their spread. */
export function bandPoint(x: number, values: readonly number[] | Spread): BandPoint {
  const { mean, std } = "mean" in values ? values : spread(values);
  return { x, mean, low: mean - (std ?? 0), high: mean + (std ?? 0) };
}

export function bandSpec(
  title: string,
  values: readonly BandPoint[],
  { x, y, scales }: BandLook,
): TopLevelSpec {
  const series = { field: "criterion", type: "nominal", legend: null } as const;
  const color = scales === undefined ? { value: "var(--accent)" } : { ...series, scale: scales.color };
  const shape = scales === undefined ? {} : { shape: { ...series, scale: scales.shape } };
  const dash = scales === undefined ? {} : { strokeDash: { ...series, scale: scales.strokeDash } };
  const yOf = (field: string): object => ({
    field,
    type: "quantitative",
    scale: { zero: false, nice: true, domain: [...y.domain] },
    axis: { title: y.title, format: y.format, tickCount: 5 },
  });
  const few = values.filter(({ criterion }) => criterion === values[0]?.criterion).length <= 12;
  const point = { type: "point", filled: true, size: 40, opacity: 1 };
  return {
    title,
    ...plotSize,
    data: { values: values.map((point) => inside(point, y.domain)) },
    encoding: {
      x: {
        field: "x",
        type: "quantitative",
        axis: { title: x.title, format: x.format, tickCount: 6 },
        scale: { nice: false, zero: false, padding: 8, domain: [...x.domain] },
      },
      color,
    },
    layer: [
      {
        mark: { type: "area", opacity: 0.14 },
        encoding: { y: yOf("low"), y2: { field: "high" } },
      },
      { mark: { type: "line", strokeWidth: 2 }, encoding: { y: yOf("mean"), ...dash } },
      ...(few ? [{ mark: point, encoding: { y: yOf("mean"), ...shape } }] : []),
    ],
  } as TopLevelSpec;
}

/** A band ends where the axis ends: there is no accuracy above 100 %. */
function inside(point: BandPoint, [least, most]: BandAxis["domain"]): BandPoint {
  return { ...point, low: Math.max(least, point.low), high: Math.min(most, point.high) };
}
