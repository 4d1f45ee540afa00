/** Iterative runs: accuracy and loss on the test images over the removed share of units, MACs and parameters. */

import type { Html } from "@secateur/command-line/page";
import { plot, type SeriesScales } from "../../report/plot.ts";
import { type DomainLimits, valueDomain } from "../../report/value-domain.ts";
import type { Baseline, Cell, Summary } from "../results.ts";
import { spread } from "../spread.ts";
import { accuracyLimits, type BandPoint, bandPoint, bandSpec, lossLimits, xsOf, ysOf } from "./band-plot.ts";

type Share = (cell: Cell, baseline: Baseline) => number;

/** Removed shares, 0..1. */
const shares: Readonly<Record<string, Share>> = {
  units: ({ keptUnits }) => {
    const groups = Object.values(keptUnits);
    const sum = (key: "kept" | "total"): number => groups.reduce((n, group) => n + group[key], 0);
    return 1 - sum("kept") / sum("total");
  },
  MACs: ({ macs }, baseline) => 1 - macs / baseline.macs,
  parameters: ({ parameters }, baseline) => 1 - parameters / baseline.parameters,
};

interface Measure {
  readonly title: string;
  readonly axis: { readonly title: string; readonly format: string };
  readonly limits: DomainLimits;
  readonly before: (baseline: Baseline) => number;
  readonly pruned: (cell: Cell) => number;
}

const measures: readonly Measure[] = [
  {
    title: "Accuracy",
    axis: { title: "Test accuracy", format: "%" },
    limits: accuracyLimits,
    before: ({ accuracy }) => accuracy,
    pruned: ({ accuracyPruned }) => accuracyPruned,
  },
  {
    title: "Loss",
    axis: { title: "Cross-entropy on the test images", format: "f" },
    limits: lossLimits,
    before: ({ loss }) => loss,
    pruned: ({ lossPruned }) => lossPruned,
  },
];

/** A row of three plots for each measure, with one line per criterion and one point per ratio; a row shares its axes. */
export async function trajectoryPlots(
  summary: Summary,
  scales: SeriesScales,
): Promise<readonly (readonly Html[])[]> {
  const rows = measures.map((measure) => {
    const lines = Object.entries(shares).map(
      ([what, share]) => [what, points(summary, measure, share)] as const,
    );
    const all = lines.flatMap(([, line]) => line);
    const x = { format: "%", domain: valueDomain(xsOf(all), { leastSpan: 0.01 }) };
    const y = { ...measure.axis, domain: valueDomain(ysOf(all), measure.limits) };
    const plots = lines.map(([what, line]) => {
      const title = `${measure.title} over ${what} removed`;
      const look = { x: { ...x, title: `Share of ${what} removed` }, y, scales };
      return plot(bandSpec(title, line, look), `${title}, for each criterion. The numbers are in the table.`);
    });
    return Promise.all(plots);
  });
  return Promise.all(rows);
}

/** One line per criterion, starting at the unpruned network. */
function points(
  { baselines, cells, config, criteria }: Summary,
  { before, pruned: prunedValue }: Measure,
  share: Share,
): readonly BandPoint[] {
  const of = new Map(baselines.map((baseline) => [baseline.seed, baseline]));
  return criteria.flatMap((criterion) => {
    const pruned = config.ratios.flatMap((ratio) => {
      const own = cells.filter((cell) => cell.criterion === criterion && cell.ratio === ratio);
      const xs = own.flatMap((cell) => {
        const baseline = of.get(cell.seed);
        return baseline === undefined ? [] : [share(cell, baseline)];
      });
      return xs.length === 0 ? [] : [bandPoint(spread(xs).mean, own.map(prunedValue))];
    });
    const start = baselines.length === 0 ? [] : [bandPoint(0, baselines.map(before))];
    return [...start, ...pruned].map((point) => ({ ...point, criterion }));
  });
}
