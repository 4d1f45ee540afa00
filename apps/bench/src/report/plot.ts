/**
 * Renders Vega-Lite plots as SVG. Colours are CSS variables and `currentColor`, so plots follow the page's light or dark
 * theme.
 */

import { type Html, trusted } from "@secateur/command-line/page";
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { criterionLook } from "./criterion-looks.ts";

/** The whole plot in pixels, with its title and labels: plots of one size have their texts in one size. */
export const plotSize = { width: 350, height: 290 } as const;
/** For many plots side by side. */
export const smallPlot = { width: 280, height: 260 } as const;
/** For one plot across the page, legible on a phone as well. */
export const widePlot = { width: 500, height: 320 } as const;

interface SeriesScale<Range> {
  readonly domain: string[];
  readonly range: Range[];
}

/** Scales of Vega-Lite that give every criterion its look. */
export interface SeriesScales {
  readonly color: SeriesScale<string>;
  readonly shape: SeriesScale<string>;
  readonly strokeDash: SeriesScale<number[]>;
}

export function seriesScales(names: readonly string[]): SeriesScales {
  const looks = names.map(criterionLook);
  const scale = <Range>(range: Range[]): SeriesScale<Range> => ({ domain: [...names], range });
  return {
    color: scale(looks.map(({ colour }) => colour)),
    shape: scale(looks.map(({ shape }) => shape)),
    strokeDash: scale(looks.map(({ dash }) => [...dash])),
  };
}

const font = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";
const quiet = "var(--quiet)";
const rule = "var(--rule)";

const config = {
  font,
  // The picture has one description; without this every mark has one, with numbers such as 0.000000%.
  aria: false,
  background: "transparent",
  autosize: { type: "fit", contains: "padding" },
  padding: 1,
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
