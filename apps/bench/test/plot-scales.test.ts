/** The axes of plots that stand side by side. */
import { describe, expect, it } from "vitest";
import { reportHtml } from "../src/compare/report/report.ts";
import { type Summary, summarise } from "../src/compare/results.ts";
import { iterativeSummary, sampleSummary } from "./sample-summary.ts";

/** Labels of the vertical axes with their heights, by the description of the plot. */
function verticalAxes(page: string): ReadonlyMap<string, string> {
  return new Map(
    page.split("<figure>").flatMap((part): [string, string][] => {
      const name = /aria-label="([^":]+)/.exec(part)?.[1];
      const labels = part.matchAll(
        /<text text-anchor="end" transform="translate\([-\d.]+,([-\d.]+)\)"[^>]*>([^<]+)/g,
      );
      const axis = [...labels].map(([, height, label]) => `${label} at ${Number(height).toFixed(1)}`);
      return name === undefined ? [] : [[name, axis.join(", ")]];
    }),
  );
}

/** All results are one number, as those of a network that has learnt nothing. */
function constantSummary(): Summary {
  const { rows: _, formatVersion: __, seeds: ___, ...measured } = sampleSummary();
  const { baselines, cells, trainingCurve, fineTuneCurves } = measured;
  const accuracies = { accuracyBefore: 0.1, accuracyPruned: 0.1, accuracyRepaired: 0.1, accuracyTuned: 0.1 };
  return summarise({
    ...measured,
    baselines: baselines.map((each) => ({ ...each, accuracy: 0.1 })),
    cells: cells.map((each) => ({ ...each, ...accuracies })),
    trainingCurve: trainingCurve.map((each) => ({ ...each, epoch: 1, loss: 2.3, accuracy: 0 })),
    fineTuneCurves: fineTuneCurves.map((each) => ({ ...each, epoch: 0.5, loss: 0 })),
  });
}

const sample = await reportHtml(sampleSummary());
const iterative = await reportHtml(iterativeSummary());

describe("one scale", () => {
  it("for all plots of accuracy, and for all of the loss of fine-tuning", () => {
    const axes = verticalAxes(sample);
    const accuracy = [...axes].filter(([name]) => name.startsWith("Right after") || name.startsWith("After"));
    expect(accuracy).toHaveLength(4);
    expect(accuracy[0]?.[1]).toMatch(/\d+% at .*, \d+% at /);
    const losses = [...axes].filter(([name]) => name.startsWith("Fine-tuning loss"));
    expect(losses).toHaveLength(2);
    for (const row of [accuracy, losses]) expect(new Set(row.map(([, axis]) => axis)).size).toBe(1);
  });

  it("for each row of an iterative run; a row holds one measure", () => {
    const rows = iterative
      .split('<div class="plots">')
      .slice(1)
      .map((row) => [...verticalAxes(`<figure>${row}`)]);
    const measures = rows.slice(0, 2).map((row) => row.map(([name]) => name.split(" over ")[0]));
    expect(measures).toEqual([
      ["Accuracy", "Accuracy", "Accuracy"],
      ["Loss", "Loss", "Loss"],
    ]);
    for (const row of rows.slice(0, 2)) expect(new Set(row.map(([, axis]) => axis)).size).toBe(1);
  });
});

describe("axis labels", () => {
  it("are no rows of zeros where all results are equal", async () => {
    const page = await reportHtml(constantSummary());
    const texts = [...page.replace(/<style>.*<\/style>/s, "").matchAll(/>([^<]+)</g)].map(([, text]) => text);
    const descriptions = [...page.matchAll(/ (?:aria-label|title)="([^"]+)"/g)].map(([, text]) => text);
    expect(texts.length).toBeGreaterThan(200);
    for (const text of [...texts, ...descriptions]) {
      expect(text).not.toMatch(/\.0{3,}|± 0\.0+(?!\d)/);
      expect(text).not.toMatch(/NaN|undefined|Infinity/);
    }
    for (const [, axis] of verticalAxes(page)) expect(axis.split(", ").length).toBeGreaterThan(2);
  });

  it("have as many decimals as their neighbours", () => {
    for (const page of [sample, iterative])
      for (const [, axis] of verticalAxes(page)) {
        const decimals = [...axis.matchAll(/(?:^|, )\d+(\.\d+)?%? at/g)].map(([, part = ""]) => part.length);
        expect(new Set(decimals).size).toBe(1);
      }
  });

  it("are the only numbers of a plot: marks have no descriptions of their own", () => {
    expect(sample.match(/<svg [^>]*aria-label=/g)).toHaveLength(4 + 2 + 2);
    expect(sample).not.toMatch(/aria-label="[^"]*(?:mean|low): /);
  });
});
