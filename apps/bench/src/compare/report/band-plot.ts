/** Line plots of means over seeds, with bands of one standard deviation; one line, or one per criterion. */
import type { TopLevelSpec } from "vega-lite";
import { plotSize, type SeriesScales } from "../../report/plot.ts";
import { type Spread, spread } from "../results.ts";

export interface BandPoint {
  readonly x: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** The line, where there are several. */
  readonly criterion?: string;
}

export interface BandLook {
  readonly x: { readonly title: string; readonly format: string };
  readonly y: { readonly title: string; readonly format: string };
  /** Given for one line per criterion. */
  readonly scales?: SeriesScales;
  readonly range?: readonly [number, number];
}

/** @param values - One value per seed, at least one; or their spread. */
export function bandPoint(x: number, values: readonly number[] | Spread): BandPoint {
  const { mean, std } = "mean" in values ? values : spread(values);
  return { x, mean, low: mean - (std ?? 0), high: mean + (std ?? 0) };
}

export function bandSpec(
  title: string,
  values: readonly BandPoint[],
  { x, y, scales, range }: BandLook,
): TopLevelSpec {
  const series = { field: "criterion", type: "nominal", legend: null } as const;
  const color = scales === undefined ? { value: "var(--accent)" } : { ...series, scale: scales.color };
  const shape = scales === undefined ? {} : { shape: { ...series, scale: scales.shape } };
  const scale = { zero: false, nice: true, ...(range === undefined ? {} : { domain: range }) };
  const yOf = (field: string): object => ({
    field,
    type: "quantitative",
    scale,
    axis: { ...y, tickCount: 5 },
  });
  const few = values.filter(({ criterion }) => criterion === values[0]?.criterion).length <= 12;
  const point = { type: "point", filled: true, size: 40, opacity: 1 };
  return {
    title,
    width: plotSize.width,
    height: plotSize.height,
    data: { values: [...values] },
    encoding: {
      x: {
        field: "x",
        type: "quantitative",
        axis: { ...x, tickCount: 6 },
        scale: { nice: false, zero: false, padding: 8 },
      },
      color,
    },
    layer: [
      { mark: { type: "area", opacity: 0.14 }, encoding: { y: yOf("low"), y2: { field: "high" } } },
      { mark: { type: "line", strokeWidth: 2 }, encoding: { y: yOf("mean") } },
      ...(few ? [{ mark: point, encoding: { y: yOf("mean"), ...shape } }] : []),
    ],
  } as TopLevelSpec;
}
