import { criterionNames } from "@secateur/criteria";
import { describe, expect, it } from "vitest";
import { reportHtml } from "../src/compare/report/report.ts";
import { criterionLook } from "../src/report/criterion-looks.ts";
import { seriesScales } from "../src/report/plot.ts";
import { seriesLegend } from "../src/report/series-legend.ts";
import { sampleSummary } from "./sample-summary.ts";

const asText = (name: string): string => JSON.stringify(criterionLook(name));

describe("a criterion's look", () => {
  it("belongs to its name, whatever is compared and in which order", () => {
    const scales = seriesScales(criterionNames);
    const reversed = seriesScales(criterionNames.toReversed());
    for (const [i, name] of criterionNames.entries()) {
      const alone = seriesScales([name]);
      for (const channel of ["color", "shape", "strokeDash"] as const) {
        expect(scales[channel].range[i]).toEqual(alone[channel].range[0]);
        expect(reversed[channel].range.at(-1 - i)).toEqual(alone[channel].range[0]);
      }
      const item = /<li>.*?<\/li>/s.exec(seriesLegend([name]).html)?.[0] ?? "no item";
      expect(seriesLegend(criterionNames).html).toContain(item);
    }
  });

  it("is the same in the plots of two reports", async () => {
    const both = sampleSummary();
    const { rows, cells } = both;
    const one = {
      ...both,
      criteria: ["taylor-gate"],
      rows: rows.filter(({ criterion }) => criterion !== "random"),
      cells: cells.filter(({ criterion }) => criterion !== "random"),
      fineTuneCurves: [],
    };
    const { colour } = criterionLook("taylor-gate");
    const strokes = (page: string): ReadonlySet<string> =>
      new Set([...page.matchAll(/ stroke="(var\(--series-\d\))"/g)].map(([, each = ""]) => each));
    expect(strokes(await reportHtml(one))).toEqual(new Set([colour]));
    expect(strokes(await reportHtml(both))).toEqual(new Set([criterionLook("random").colour, colour]));
  });

  it("is nobody else's", () => {
    const all = criterionNames.map(asText);
    expect(new Set(all).size).toBe(criterionNames.length);
    for (let i = 0; i < 500; i++) expect(all).not.toContain(asText(`mine-${i}`));
  });

  it("of a user's criterion depends on its name", () => {
    expect(asText("mine")).toBe(asText("mine"));
    const looks = new Set(Array.from({ length: 500 }, (_, i) => asText(`mine-${i}`)));
    expect(looks.size).toBe(7 * 8); // every hue but grey, every shape
  });
});
