/** Training speeds as bars, one block per network: a standalone SVG. */
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import type { Measured } from "./compare.ts";

export interface ChartRow {
  readonly network: string;
  readonly measured: readonly Measured[];
  /** The contender with speed 1. */
  readonly reference: string;
}

export async function speedChart(rows: readonly ChartRow[]): Promise<string> {
  const values = rows.flatMap(({ network, measured, reference }) => {
    const base = measured.find(({ name }) => name === reference)?.ms;
    return measured.flatMap(({ name, ms, ours }) =>
      base && ms !== null
        ? [
            {
              network,
              name,
              speed: base / ms,
              ours,
            },
          ]
        : [],
    );
  });
  // By speed over all networks: Vega-Lite cannot sort the blocks separately where two marks share the axis.
  const best = new Map<string, number>();
  for (const { name, speed } of values) best.set(name, Math.max(speed, best.get(name) ?? 0));
  const order = [...best.keys()].sort((a, b) => (best.get(b) ?? 0) - (best.get(a) ?? 0));
  const spec: TopLevelSpec = {
    data: { values },
    background: "white",
    facet: {
      row: {
        field: "network",
        title: null,
        header: { labelAngle: 0, labelAlign: "left", labelFontWeight: 600 },
      },
    },
    spec: {
      width: 360,
      height: { step: 20 },
      layer: [
        {
          mark: "bar",
          encoding: {
            color: {
              field: "ours",
              type: "nominal",
              scale: { domain: [true, false], range: ["#0072b2", "#b8b8b8"] },
              legend: null,
            },
          },
        },
        {
          mark: { type: "text", align: "left", dx: 4 },
          encoding: { text: { field: "speed", type: "quantitative", format: ".2f" } },
        },
      ],
      encoding: {
        y: { field: "name", type: "nominal", title: null, sort: order },
        x: { field: "speed", type: "quantitative", title: "training speed, relative", axis: { grid: false } },
      },
    },
    config: { view: { stroke: null }, font: "system-ui, sans-serif", axis: { labelLimit: 300 } },
  };
  const view = new View(parse(compile(spec).spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
