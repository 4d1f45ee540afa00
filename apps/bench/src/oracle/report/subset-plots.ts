/** The loss without several units: the three orders of the oracle, and each criterion among the others. */

import { type Html, html, trusted } from "@secateur/command-line/page";
import type { TopLevelSpec } from "vega-lite";
import { criterionLook } from "../../report/criterion-looks.ts";
import { logTicks } from "../../report/log-ticks.ts";
import { plot, smallPlot, widePlot } from "../../report/plot.ts";
import type { SubsetStudy } from "../measurements.ts";

interface Point {
  readonly series: string;
  readonly removed: number;
  readonly loss: number;
}

interface LineStyle {
  readonly name: string;
  readonly colour: string;
  readonly width: number;
  readonly dash: readonly number[];
}

/** The oracle's orders have the colour of text: colours belong to criteria. */
const order = (name: string, width: number, dash: readonly number[]): LineStyle => ({
  name,
  colour: "currentColor",
  width,
  dash,
});
const orders: Readonly<Record<"combinatorial" | "greedy" | "greedyFixed", LineStyle>> = {
  combinatorial: order("combinatorial", 2.5, []),
  greedy: order("greedy", 1.5, [7, 3]),
  greedyFixed: order("greedy, fixed", 1.5, [2, 3]),
};

const lineOf = (name: string, width: number): LineStyle => ({ ...criterionLook(name), name, width });

/** One large plot: the oracle's orders, and the criteria in pale grey behind them. */
export async function subsetPlot(study: SubsetStudy): Promise<Html> {
  const title = `Loss over units removed from ${study.group}`;
  const front = [...randomOf(study), ...Object.values(orders)];
  return plot(
    subsetSpec(title, study, front, widePlot),
    `${title}: the oracle's orders and all criteria. The numbers are in the table.`,
  );
}

/** One small plot per criterion: its line, the best possible one, and all others in grey. */
export async function subsetPlots(study: SubsetStudy): Promise<readonly Html[]> {
  return Promise.all(
    Object.keys(study.byCriterion)
      .filter((name) => name !== "random")
      .map((name) => {
        const front = [...randomOf(study), orders.combinatorial, lineOf(name, 2.5)];
        return plot(subsetSpec(name, study, front, smallPlot), `${name}: loss over units removed.`);
      }),
  );
}

export function subsetLegend(study: SubsetStudy): Html {
  const front: readonly LineStyle[] = [
    ...Object.values(orders),
    ...randomOf(study),
    { ...background, name: "all other criteria" },
  ];
  const items = front.map(({ name, colour, width, dash }) => {
    const line = trusted(
      `<svg width="26" height="10" aria-hidden="true" style="stroke:${colour};stroke-width:${width};stroke-dasharray:${dash.length === 0 ? "none" : dash.join(" ")}"><path d="M1 5h24"/></svg>`,
    );
    return html`<li>${line}${name}</li>`;
  });
  return html`<ul class="legend">${items}<li>in colour: the criterion in the title of the plot</li></ul>`;
}

const background = { colour: "var(--quiet-line)", width: 1, dash: [] } as const;

const randomOf = ({ byCriterion }: SubsetStudy): readonly LineStyle[] =>
  "random" in byCriterion ? [lineOf("random", 1.5)] : [];

function pointsOf({ combinatorial, greedy, greedyFixed, byCriterion }: SubsetStudy): readonly Point[] {
  const all = {
    ...byCriterion,
    [orders.combinatorial.name]: combinatorial,
    [orders.greedy.name]: greedy,
    [orders.greedyFixed.name]: greedyFixed,
  };
  return Object.entries(all).flatMap(([series, losses]) =>
    losses.flatMap((loss, removed) => (loss > 0 && loss < Infinity ? [{ series, removed, loss }] : [])),
  );
}

function subsetSpec(
  title: string,
  study: SubsetStudy,
  front: readonly LineStyle[],
  size: { readonly width: number; readonly height: number },
): TopLevelSpec {
  const points = pointsOf(study);
  const others = Object.keys(study.byCriterion).filter((name) => front.every((line) => line.name !== name));
  const layer = ({ colour, width, dash }: Omit<LineStyle, "name">, names: readonly string[]): object => ({
    transform: [{ filter: { field: "series", oneOf: [...names] } }],
    mark: { type: "line", stroke: colour, strokeWidth: width, strokeDash: [...dash] },
    encoding: { detail: { field: "series", type: "nominal" } },
  });
  const scale = { type: "log", nice: false, padding: 4 };
  return {
    title,
    ...size,
    data: { values: [...points] },
    encoding: {
      x: {
        field: "removed",
        type: "quantitative",
        axis: { title: "Units removed", tickCount: 6, tickMinStep: 1, format: "~f" },
        scale: { nice: false, domain: [0, study.units] },
      },
      y: {
        field: "loss",
        type: "quantitative",
        scale,
        axis: { ...logTicks(points.map(({ loss }) => loss)), title: "Loss", format: "~g" },
      },
    },
    layer: [layer(background, others), ...front.map((line) => layer(line, [line.name]))],
  } as TopLevelSpec;
}
