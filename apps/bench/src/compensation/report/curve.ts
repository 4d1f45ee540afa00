/** Accuracy after least squares over the number of images, one line per removed share: a standalone SVG. */
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import type { CompensationMeasurements } from "../measurements.ts";
import { curveRows } from "../rows.ts";

export async function curveSvg(measurements: CompensationMeasurements): Promise<string> {
  const { samples: counts } = measurements.config;
  const values = curveRows(measurements).map(({ macs, samples, accuracy: { mean, std } }) => ({
    removed: `${Math.round(100 * macs)} % of the MACs removed`,
    samples,
    accuracy: 100 * mean,
    low: 100 * (mean - (std ?? 0)),
    high: 100 * (mean + (std ?? 0)),
  }));
  const y = (field: string): object => ({
    field,
    type: "quantitative",
    title: "Test accuracy after least squares, %",
    scale: { zero: false },
  });
  const spec = {
    data: { values },
    background: "white",
    width: 420,
    height: 260,
    encoding: {
      x: {
        field: "samples",
        type: "quantitative",
        title: "Images that the layers are refitted on",
        scale: { type: "log", nice: false, padding: 16 },
        axis: { values: [...counts], grid: false },
      },
      color: { field: "removed", type: "nominal", title: null, sort: null },
      shape: { field: "removed", type: "nominal", title: null, sort: null },
    },
    layer: [
      { mark: { type: "line", point: { size: 50 } }, encoding: { y: y("accuracy") } },
      { mark: "rule", encoding: { y: y("low"), y2: { field: "high" } } },
    ],
    config: {
      view: { stroke: null },
      font: "system-ui, sans-serif",
      axis: { labelFontSize: 12, titleFontSize: 12, titleFontWeight: 400 },
      legend: { labelFontSize: 12, orient: "top", symbolSize: 70 },
    },
  } as TopLevelSpec;
  const view = new View(parse(compile(spec).spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
