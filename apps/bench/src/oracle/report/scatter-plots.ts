/** Scatter plots of scores over loss changes, one small plot per criterion. */

import type { Html } from "@secateur/command-line/page";
import type { TopLevelSpec } from "vega-lite";
import { logTicks } from "../../report/log-ticks.ts";
import { plot, smallPlot } from "../../report/plot.ts";
import type { CriterionCorrelations } from "../correlations.ts";
import type { MeasuredCriterion, OracleMeasurements } from "../measurements.ts";
import { pairsOfGroup, withoutZeros } from "../unit-pairs.ts";
import { depthColours } from "./depth-colours.ts";

interface Dot {
  readonly group: string;
  readonly order: number;
  readonly change: number | null;
  readonly score: number | null;
}

export async function scatterPlots(
  measurements: OracleMeasurements,
  correlations: readonly CriterionCorrelations[],
): Promise<readonly Html[]> {
  const range = changeRange(measurements);
  if (range === null) return [];
  return Promise.all(
    correlations.flatMap(({ name, allUnits }) => {
      const criterion = measurements.criteria.find((each) => each.name === name);
      const dots = dotsOf(criterion?.scores ?? null, measurements);
      if (dots.length === 0) return [];
      const spearman = `Spearman ${allUnits.spearman.value?.toFixed(2) ?? "–"}`;
      const description = `${name}: scores over loss changes, ${spearman}. The numbers are in the tables.`;
      return [plot(scatterSpec({ title: name, subtitle: spearman, dots, range }, measurements), description)];
    }),
  );
}

/** A null after every dot ends the line; see `scatterSpec`. */
function dotsOf(scores: MeasuredCriterion["scores"], measurements: OracleMeasurements): readonly Dot[] {
  if (scores === null) return [];
  let order = 0;
  return measurements.groups.flatMap(({ id: group }) => {
    const pairs = withoutZeros(pairsOfGroup(group, scores, measurements.lossChanges));
    return pairs.scores.flatMap((score, i) => [
      { group, order: order++, change: Math.abs(Number(pairs.changes[i])), score: Math.abs(score) },
      { group, order: order++, change: null, score: null },
    ]);
  });
}

/** The common range of all plots. */
function changeRange({ lossChanges }: OracleMeasurements): readonly [number, number] | null {
  const sizes = Object.values(lossChanges)
    .flat()
    .map(Math.abs)
    .filter((size) => size > 0 && size < Infinity);
  return sizes.length === 0
    ? null
    : [sizes.reduce((a, b) => Math.min(a, b)), sizes.reduce((a, b) => Math.max(a, b))];
}

/** Short labels such as 0.01 and 1e-5. */
const label =
  "datum.value < 0.01 || datum.value >= 10000 ? format(datum.value, '~e') : format(datum.value, '~f')";

interface Scatter {
  readonly title: string;
  readonly subtitle: string;
  readonly dots: readonly Dot[];
  readonly range: readonly [number, number];
}

/** Draws the dots of a group as one path of zero-length lines with round ends, a tenth of the size of single marks. */
function scatterSpec(
  { title, subtitle, dots, range }: Scatter,
  { groups }: OracleMeasurements,
): TopLevelSpec {
  const axis = { labelExpr: label, labelOverlap: true };
  const scores = dots.flatMap(({ score }) => (score === null ? [] : [score]));
  const scale = { type: "log", nice: false, padding: 6 };
  return {
    title: { text: title, subtitle },
    ...smallPlot,
    data: { values: [...dots] },
    mark: {
      type: "line",
      strokeWidth: 4.5,
      strokeCap: "round",
      strokeOpacity: 0.6,
      invalid: "break-paths-show-path-domains",
    },
    encoding: {
      x: {
        field: "change",
        type: "quantitative",
        scale: { ...scale, domain: [...range] },
        axis: { ...axis, ...logTicks(range), title: "|loss change|" },
      },
      y: {
        field: "score",
        type: "quantitative",
        scale,
        axis: { ...axis, ...logTicks(scores), title: "|score|", minExtent: 34 },
      },
      order: { field: "order" },
      color: {
        field: "group",
        type: "nominal",
        legend: null,
        scale: { domain: groups.map(({ id }) => id), range: [...depthColours(groups.length)] },
      },
    },
  } as TopLevelSpec;
}
