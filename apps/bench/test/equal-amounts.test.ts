import { describe, expect, it } from "vitest";
import { equalAmountTables } from "../src/compare/equal-amount-table.ts";
import { accuracyAt, commonShare, comparedAmounts } from "../src/compare/equal-amounts.ts";
import { keyFigures } from "../src/compare/report/key-figures.ts";
import { type Cell, type Summary, summarise } from "../src/compare/results.ts";
import { iterativeSummary, sampleSummary } from "./sample-summary.ts";

/** Remaining share of MACs by criterion and ratio: "random" saves more of them for the same units. */
const macsLeft: Readonly<Record<string, readonly [half: number, most: number]>> = {
  random: [0.4, 0.2],
  "taylor-gate": [0.9, 0.6],
};
const tuned: Readonly<Record<string, readonly [half: number, most: number]>> = {
  random: [0.66, 0.6],
  "taylor-gate": [0.68, 0.64],
};

/** Two seeds, of which the second is better by 0.01; the unpruned network has 0.7. */
function unequal(change: (cell: Cell) => Partial<Cell> = () => ({})): Summary {
  const { rows: _, formatVersion: __, seeds: ___, ...measured } = sampleSummary();
  const cells = measured.cells.map((cell) => {
    const i = cell.ratio === 0.5 ? 0 : 1;
    const changed = {
      ...cell,
      macs: 1e6 * (macsLeft[cell.criterion]?.[i] ?? 1),
      accuracyTuned: (tuned[cell.criterion]?.[i] ?? 0) + 0.01 * cell.seed,
    };
    return { ...changed, ...change(changed) };
  });
  const baselines = measured.baselines.map((each) => ({
    ...each,
    macs: 1e6,
    accuracy: 0.7 + 0.01 * each.seed,
  }));
  return summarise({ ...measured, baselines, cells });
}

describe("accuracyAt", () => {
  it("is on the line between the tested networks, the unpruned one included", () => {
    const summary = unequal();
    const means = [0, 0.1, 0.25, 0.4].map((share) => accuracyAt(summary, "taylor-gate", "macs", share)?.mean);
    for (const [i, expected] of [0.7, 0.68, 0.66, 0.64].entries())
      expect(means[i]).toBeCloseTo(expected + 0.005, 12);
    expect(accuracyAt(summary, "random", "macs", 0.3)?.mean).toBeCloseTo(0.68 + 0.005, 12);
  });

  it("has the spread of the seeds' own lines", () => {
    expect(accuracyAt(unequal(), "random", "macs", 0.3)?.std).toBeCloseTo(0.01 / Math.sqrt(2), 12);
  });

  it("is null beyond the last network, of any seed", () => {
    expect(accuracyAt(unequal(), "taylor-gate", "macs", 0.41)).toBeNull();
    const summary = unequal(({ seed, ratio }) => (seed === 1 && ratio === 0.7 ? { macs: 0.85e6 } : {}));
    expect(accuracyAt(summary, "taylor-gate", "macs", 0.2)).toBeNull();
    expect(accuracyAt(summary, "taylor-gate", "macs", 0.15)).not.toBeNull();
  });

  it("compares one stage: without fine-tuning at every ratio it is the accuracy after pruning", () => {
    const summary = iterativeSummary();
    const pruned = summary.cells.filter(({ criterion, ratio }) => criterion === "random" && ratio === 0.7);
    const mean = pruned.reduce((sum, { accuracyPruned }) => sum + accuracyPruned, 0) / pruned.length;
    const share = 1 - Math.max(...pruned.map(({ macs }) => macs)) / 3_520_120;
    expect(accuracyAt(summary, "random", "macs", share)?.mean).toBeCloseTo(mean, 5);
  });
});

it("commonShare is the largest share that all criteria have removed", () => {
  expect(commonShare(unequal(), "macs")).toBe(0.4);
  expect(commonShare(summarise({ ...unequal(), cells: [] }), "macs")).toBe(0);
});

it("amounts that the ratios make equal are not interpolated", () => {
  const amounts = (["units", "macs", "parameters"] as const).map((budget) =>
    comparedAmounts(sampleSummary({ budget })),
  );
  expect(amounts).toEqual([["macs"], ["units"], ["units", "macs"]]);
});

it("the key figures name the best at equal units and at equal MACs, which may differ", () => {
  const best = (summary: Summary): readonly (readonly (string | undefined)[])[] =>
    [...keyFigures(summary).html.matchAll(/<dt>Best with ([^<]*)<\/dt><dd>([^<]*)<small>([^<]*)/g)].map(
      (match) => match.slice(1),
    );
  // At 40 % of the MACs, random has 0.7 - 0.04 * 2 / 3 and taylor-gate 0.64.
  expect(best(unequal())).toEqual([
    ["70 % of the units removed", "taylor-gate", "64.50 % accuracy"],
    ["40 % of the MACs removed", "random", "67.83 % accuracy, interpolated"],
  ]);
});

describe("the table at equal MACs", () => {
  it("has the shares at which two criteria can be compared, and dashes where one ends", () => {
    const [own] = equalAmountTables(unequal());
    expect(own?.title).toBe("Accuracy at equal MACs");
    expect(own?.table.columns.map(({ title }) => title)).toEqual(["10 %", "20 %", "30 %", "40 %"]);
    const marked = own?.table.rows.map(({ name, cells }) => [name, cells.map(({ best }) => best)]);
    expect(marked).toEqual([
      ["random", [true, true, true, true]],
      ["taylor-gate", [false, false, false, false]],
    ]);
  });

  it("is left out for one ratio: there is nothing between it and the unpruned network", () => {
    expect(equalAmountTables(sampleSummary({ ratios: [0.5] }))).toEqual([]);
  });
});
