import { describe, expect, it } from "vitest";
import { spread, summaryJson } from "../src/compare/results.ts";
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
