/** The loss when several units go at once: the oracle's three ways, and each criterion among all others. */
import type { TopLevelSpec } from "vega-lite";
import { type Html, html, trusted } from "../../report/html.ts";
import { logTicks } from "../../report/log-ticks.ts";
import { plot, smallPlot, widePlot } from "../../report/plot.ts";
import type { SubsetStudy } from "../measurements.ts";

interface Point {
  readonly series: string;
  readonly removed: number;
  readonly loss: number;
}

interface Look {
  readonly name: string;
  readonly colour: string;
  readonly width: number;
  readonly dash: readonly number[];
}

const chance = { colour: "currentColor", width: 1.5, dash: [4, 3] } as const;
const ways: Readonly<Record<"combinatorial" | "greedy" | "greedyFixed", Look>> = {
  combinatorial: { name: "combinatorial", colour: "var(--series-2)", width: 2.5, dash: [] },
  greedy: { name: "greedy", colour: "var(--series-3)", width: 2, dash: [] },
  greedyFixed: { name: "greedy, fixed", colour: "var(--series-4)", width: 2, dash: [] },
};

/** The oracle's ways large, the criteria as a grey bundle behind them. */
export async function subsetPlot(study: SubsetStudy): Promise<Html> {
  const title = `Loss over units removed from ${study.group}`;
  const front = [...chanceOf(study), ...Object.values(ways)];
  return plot(
    subsetSpec(title, study, front, widePlot),
    `${title}: the oracle's ways and all criteria. The table has the numbers.`,
  );
}

/** Each criterion in front of all others, beside the best that is possible. */
export async function subsetPlots(study: SubsetStudy): Promise<readonly Html[]> {
  return Promise.all(
    Object.keys(study.byCriterion)
      .filter((name) => name !== "random")
      .map((name) => {
        const own: Look = { name, colour: "var(--series-5)", width: 2.5, dash: [] };
        const front = [...chanceOf(study), ways.combinatorial, own];
        return plot(subsetSpec(name, study, front, smallPlot), `${name}: loss over units removed.`);
      }),
  );
}

export function subsetLegend(study: SubsetStudy): Html {
  const front: readonly Look[] = [
    ...Object.values(ways),
    { name: "the criterion of the plot", colour: "var(--series-5)", width: 2.5, dash: [] },
    ...chanceOf(study),
    { ...behind, name: "all other criteria" },
  ];
  const items = front.map(({ name, colour, width, dash }) => {
    const line = trusted(
      `<svg width="26" height="10" aria-hidden="true" style="stroke:${colour};stroke-width:${width};stroke-dasharray:${dash.length === 0 ? "none" : dash.join(" ")}"><path d="M1 5h24"/></svg>`,
    );
    return html`<li>${line}${name}</li>`;
  });
  return html`<ul class="legend">${items}</ul>`;
}

const behind = { colour: "var(--quiet-line)", width: 1, dash: [] } as const;

const chanceOf = ({ byCriterion }: SubsetStudy): readonly Look[] =>
  "random" in byCriterion ? [{ name: "random", ...chance }] : [];

function pointsOf({ combinatorial, greedy, greedyFixed, byCriterion }: SubsetStudy): readonly Point[] {
  const all = {
    ...byCriterion,
    [ways.combinatorial.name]: combinatorial,
    [ways.greedy.name]: greedy,
    [ways.greedyFixed.name]: greedyFixed,
  };
  return Object.entries(all).flatMap(([series, losses]) =>
    losses.flatMap((loss, removed) => (loss > 0 && loss < Infinity ? [{ series, removed, loss }] : [])),
  );
}

function subsetSpec(
  title: string,
  study: SubsetStudy,
  front: readonly Look[],
  size: { readonly width: number; readonly height: number },
): TopLevelSpec {
  const points = pointsOf(study);
  const others = Object.keys(study.byCriterion).filter((name) => front.every((look) => look.name !== name));
  const layer = ({ colour, width, dash }: Omit<Look, "name">, names: readonly string[]): object => ({
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
        axis: { title: "Units removed", tickCount: 6, format: "~f" },
        scale: { nice: false, domain: [0, study.units] },
      },
      y: {
        field: "loss",
        type: "quantitative",
        scale,
        axis: { ...logTicks(points.map(({ loss }) => loss)), title: "Loss", format: "~g" },
      },
    },
    layer: [layer(behind, others), ...front.map((look) => layer(look, [look.name]))],
  } as TopLevelSpec;
}
