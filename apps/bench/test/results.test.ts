import { describe, expect, it } from "vitest";
import { summarise, summaryJson } from "../src/compare/results.ts";
import { spread, spreadOfShares } from "../src/compare/spread.ts";
import { formatSpread } from "../src/compare/spread-text.ts";
import { resultsMarkdown } from "../src/compare/table.ts";
import { sampleSummary } from "./sample-summary.ts";

describe("summarise", () => {
  it("orders rows by criterion, then ratio, after the unpruned network", () => {
    const { rows, seeds } = sampleSummary();
    expect(rows.map(({ criterion, ratio }) => `${criterion} ${ratio}`)).toEqual([
      "unpruned 0",
      "random 0.5",
      "random 0.7",
      "taylor-gate 0.5",
      "taylor-gate 0.7",
    ]);
    expect(seeds).toEqual([0, 1]);
  });

  it("survives JSON", () => {
    const summary = sampleSummary();
    expect(JSON.parse(summaryJson(summary))).toEqual(summary);
  });
});

it("one seed's shares have the standard error of so many test images, its losses none", () => {
  const { cells, baselines, formatVersion: _, rows: __, seeds: ___, ...rest } = sampleSummary();
  const ofOne = <T extends { readonly seed: number }>(all: readonly T[]): readonly T[] =>
    all.filter(({ seed }) => seed === 0);
  const summary = summarise({ ...rest, testCount: 250, cells: ofOne(cells), baselines: ofOne(baselines) });
  const [unpruned, pruned] = summary.rows;
  expect(unpruned?.accuracyBefore.std).toBeCloseTo(Math.sqrt(((176 / 252) * (76 / 252)) / 250), 12);
  expect(spreadOfShares([0], 250).std).toBeCloseTo(1 / 250, 4);
  expect(pruned?.agreementPruned).toEqual({ mean: 0.5, std: Math.sqrt(0.25 / 250) });
  expect(pruned?.lossPruned).toEqual({ mean: 1.8, std: null });
  expect(resultsMarkdown(summary)).toContain(
    "on the 250 test images, ± standard error of a share of so many images. ",
  );
});

describe("spread", () => {
  it("is the mean and the sample standard deviation; one value has none", () => {
    expect(spread([1, 2, 3, 4])).toEqual({ mean: 2.5, std: Math.sqrt(5 / 3) });
    expect(spread([2])).toEqual({ mean: 2, std: null });
  });

  it("is written with its deviation, where there is one", () => {
    expect(formatSpread({ mean: 0.6123, std: 0.01 }, 100, 2)).toBe("61.23 ± 1.00");
    expect(formatSpread({ mean: 0.6123, std: null }, 100, 2)).toBe("61.23");
    expect(formatSpread(null, 100, 2)).toBe("–");
  });
});

it("prints an aligned Markdown table", async () => {
  await expect(`${resultsMarkdown(sampleSummary())}\n`).toMatchFileSnapshot("golden/table.md");
});
