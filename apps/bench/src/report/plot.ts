/**
 * Renders Vega-Lite plots as SVG. Colours are CSS variables and `currentColor`, so plots follow the page's light or dark
 * theme. Series differ in shape as well as in colour.
 */

import { type Html, trusted } from "@secateur/command-line/page";
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

/** The number of colours (Okabe and Ito's, adapted to each theme in `style.ts`). */
export const paletteSize = 8;

/** The area between the axes in pixels; titles and labels add about 60 to the width. */
export const plotSize = { width: 290, height: 220 } as const;
/** For many plots side by side. */
export const smallPlot = { width: 225, height: 185 } as const;
/** For one plot across the page. */
export const widePlot = { width: 860, height: 320 } as const;

const colours = Array.from({ length: paletteSize }, (_, i) => `var(--series-${i + 1})`);
const shapes = [
  "circle",
  "square",
  "triangle-up",
  "diamond",
  "cross",
  "triangle-down",
  "triangle-right",
  "triangle-left",
];

/** Colour and shape of every series, equal in all plots of a page. */
export interface SeriesScales {
  readonly color: { readonly domain: string[]; readonly range: string[] };
  readonly shape: { readonly domain: string[]; readonly range: string[] };
}

export function seriesScales(names: readonly string[]): SeriesScales {
  const pick = (range: readonly string[]): string[] => names.map((_, i) => range[i % range.length] ?? "");
  return {
    color: { domain: [...names], range: pick(colours) },
    shape: { domain: [...names], range: pick(shapes) },
  };
}

const font = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";
const quiet = "var(--quiet)";
const rule = "var(--rule)";

const config = {
  font,
  background: "transparent",
  view: { stroke: null },
  title: {
    color: "currentColor",
    subtitleColor: quiet,
    fontSize: 14,
    fontWeight: 600,
    subtitleFontSize: 12,
    anchor: "start",
    offset: 12,
  },
  axis: {
    labelColor: quiet,
    titleColor: quiet,
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 400,
    titlePadding: 8,
    labelPadding: 6,
    gridColor: rule,
    domainColor: rule,
    tickColor: rule,
  },
  axisY: {
    domain: false,
    ticks: false,
    titleAngle: 0,
    titleAlign: "left",
    titleAnchor: "end",
    titleX: 0,
    titleY: -10,
  },
  axisX: { grid: false },
  legend: {
    labelColor: "currentColor",
    labelFontSize: 12,
    symbolSize: 70,
    symbolStrokeWidth: 2,
    columnPadding: 16,
  },
  header: { labelColor: "currentColor", labelFontSize: 12, labelFontWeight: 600 },
} as const;

/** An SVG that fills its container. @param description - For screen readers. */
export async function plot(spec: TopLevelSpec, description: string): Promise<Html> {
  const compiled = compile({ ...spec, config } as TopLevelSpec).spec;
  const view = new View(parse(compiled), { renderer: "none" });
  try {
    const svg = await view.toSVG();
    const label = description.replaceAll(/[&<>"]/g, " ");
    return trusted(
      svg.replace(
        /<svg ([^>]*?)width="\d+(?:\.\d+)?" height="\d+(?:\.\d+)?"/,
        `<svg $1role="img" aria-label="${label}"`,
      ),
    );
  } finally {
    view.finalize();
  }
}
