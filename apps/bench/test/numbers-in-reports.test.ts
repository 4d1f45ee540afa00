import { describe, expect, it } from "vitest";
import { summarise } from "../src/compare/results.ts";
import { formatSpread } from "../src/compare/spread-text.ts";
import { resultsMarkdown } from "../src/compare/table.ts";
import { decimalsFor, fixedText } from "../src/report/decimals.ts";
import { engineRows } from "../src/report/environment-text.ts";
import { valueDomain } from "../src/report/value-domain.ts";
import { sampleSummary } from "./sample-summary.ts";

const rowOfZeros = /^-?0?\.?0+$/;
const sizes = Array.from({ length: 160 }, (_, i) => 10 ** (i / 10 - 12));

describe("fixedText", () => {
  it("is never a row of zeros", () => {
    for (const value of sizes.flatMap((size) => [size, -size]))
      for (const decimals of [0, 1, 2, 4]) expect(fixedText(value, decimals)).not.toMatch(rowOfZeros);
    expect([0, -0].map((zero) => fixedText(zero, 2))).toEqual(["0", "0"]);
  });

  it("rounds to its decimals, or to one digit", () => {
    for (const value of sizes) {
      const error = Math.abs(Number(fixedText(value, 2)) - value);
      expect(error).toBeLessThanOrEqual(value < 0.005 ? 0.5 * value : 0.005 * (1 + 1e-9));
    }
    expect([0.3, 12.345, 0.00123, 3e-9].map((value) => fixedText(value, 2))).toEqual([
      "0.30",
      "12.35",
      "0.001",
      "3e-9",
    ]);
  });
});

it("decimalsFor shows two digits of the smallest value", () => {
  expect(decimalsFor([3.52, 1.76], 2)).toBe(2);
  expect(decimalsFor([2.33, 0.063], 2)).toBe(3);
  expect(decimalsFor([2.33, 0, Number.NaN, 0.0004], 2)).toBe(5);
  expect(decimalsFor([0], 2)).toBe(2);
  expect(decimalsFor([1e-30], 2)).toBe(8);
});

it("formatSpread shows a deviation that is small, and none that is rounding noise", () => {
  expect(formatSpread({ mean: 3, std: 0.0031 }, 1, 1)).toBe("3.0 ± 0.003");
  expect(formatSpread({ mean: 0.1, std: 1e-17 }, 100, 2)).toBe("10.00");
  expect(formatSpread({ mean: 0, std: null }, 1, 1)).toBe("0");
});

it("the table of a tiny network has no row of zeros", () => {
  const { rows: _, formatVersion: __, seeds: ___, ...measured } = sampleSummary();
  const tiny = <T extends { macs: number; parameters: number }>(each: T): T => ({
    ...each,
    macs: each.macs * 1e-4,
    parameters: each.parameters * 1e-4,
    latencyMsPerImage: { median: 2e-5, low: 1.9e-5, high: 2.5e-5 },
  });
  const { baselines, cells } = measured;
  const text = resultsMarkdown(
    summarise({ ...measured, baselines: baselines.map(tiny), cells: cells.map(tiny) }),
  );
  const numbers = text.split("\n").flatMap((line) => (line.startsWith("|") ? line.split(/[|()± –]+/) : []));
  expect(numbers.length).toBeGreaterThan(60);
  for (const number of numbers) expect(number).not.toMatch(rowOfZeros);
  expect(text).toContain("0.000020 (0.000019–0.000025)");
});

describe("valueDomain", () => {
  it("holds all values, is never shorter than its least span and stays within its limits", () => {
    const within = [0, 1] as const;
    for (const values of [[0.1], [0, 0], [1, 1], [0.3, 0.9], [-0.2, 1.4], [Number.NaN, 0.5], []]) {
      const [low, high] = valueDomain(values, { leastSpan: 0.02, within });
      expect(high - low).toBeGreaterThanOrEqual(0.02 - 1e-12);
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(1);
      for (const value of values.filter((each) => each >= 0 && each <= 1)) {
        expect(low).toBeLessThanOrEqual(value);
        expect(high).toBeGreaterThanOrEqual(value);
      }
    }
  });

  it("is that of the values where they differ", () => {
    expect(valueDomain([2.5, 0.5, 1], { leastSpan: 0.1 })).toEqual([0.5, 2.5]);
  });
});

it("engineRows names the engine once, and those that were not used", () => {
  expect(engineRows("Engine: wasm 4.22.0 (CPU, 1 thread)\nNot used: tensorflow (not installed)")).toEqual([
    ["Engine", "wasm 4.22.0 (CPU, 1 thread)"],
    ["Not used", "tensorflow (not installed)"],
  ]);
});
