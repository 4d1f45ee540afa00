import { describe, expect, it } from "vitest";
import { correlate } from "../src/oracle/correlations.ts";
import { depthColours, depthLegend } from "../src/oracle/report/depth-colours.ts";
import { oracleJson } from "../src/oracle/report/json.ts";
import { oracleMarkdown } from "../src/oracle/report/markdown.ts";
import { oracleReportHtml } from "../src/oracle/report/report.ts";
import { logTicks } from "../src/report/log-ticks.ts";
import { sampleOracle } from "./sample-oracle.ts";

const titles = (page: string): readonly (string | undefined)[] =>
  [...page.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, title]) => title);

describe("oracleReportHtml", () => {
  it("is one page with every section and plot, without external resources", async () => {
    const page = await oracleReportHtml(sampleOracle());
    expect(titles(page)).toEqual([
      "Correlation with the oracle",
      "Not applicable",
      "How to read the table",
      "Scores and loss changes",
      "Per layer",
      "Removing several units",
      "Sets chosen jointly",
      "Confidence",
      "Notes",
      "Environment",
    ]);
    expect(page.match(/<figure(?: class="wide")?><svg /g)).toHaveLength(4 + 1 + 3);
    expect(page).not.toMatch(/\s(?:src|href)=|url\(|@import|<script/);
    expect(page).not.toMatch(/NaN|undefined|\[object/);
  });

  it("names every criterion, and says why one has no row", async () => {
    const measurements = sampleOracle();
    const page = await oracleReportHtml(measurements);
    for (const { name } of measurements.criteria) expect(page).toContain(`<th scope="row">${name}</th>`);
    expect(page).toContain("needs batch normalisation &lt;behind&gt; every unit; lenet3 has none");
    expect(page).toContain("obd-hutchinson: scores may be negative");
    expect(page).toContain("mine: 3 units without a finite score were not compared");
    expect(page).toContain("mine: 2 of 3 layers have no correlation");
    expect(page).toContain("random: 1 of 3 layers have no correlation (in log scale: 2)");
    expect(page).toContain("taylor-gate, obd-hutchinson: 1 of 3 layers have no correlation<");
  });

  it("draws a dot for each unit that has a logarithm", async () => {
    const page = await oracleReportHtml(sampleOracle({ subsets: null }));
    const [, plot = ""] = page.split('aria-label="taylor-gate');
    const paths = [
      ...plot.slice(0, plot.indexOf("</figure>")).matchAll(/<path[^>]*stroke-linecap="round"[^>]*>/g),
    ];
    expect(paths).toHaveLength(3);
    const dots = paths.flatMap(([path]) => [...path.matchAll(/M[\d.]+,[\d.]+Z/g)]);
    expect(dots).toHaveLength(10);
  });

  it("leaves out what was not measured", async () => {
    const criteria = sampleOracle().criteria.filter(({ name }) => name === "taylor-gate");
    const page = await oracleReportHtml(
      sampleOracle({ subsets: null, criteria, trainStepSeconds: Number.NaN, lossChanges: {} }),
    );
    expect(titles(page)).not.toContain("Removing several units");
    expect(titles(page)).not.toContain("Not applicable");
    expect(page).not.toMatch(/NaN|undefined|\[object/);
    expect(page).not.toContain("<figure");
  });
});

describe("oracleMarkdown", () => {
  it("has every number of the page", async () => {
    const measurements = sampleOracle();
    const markdown = oracleMarkdown(measurements);
    const page = await oracleReportHtml(measurements);
    const cells = [...page.matchAll(/<td class="[^"]*"[^>]*>([^<]+)<\/td>/g)].map(([, text = ""]) => text);
    expect(cells.length).toBeGreaterThan(60);
    for (const text of cells) expect(markdown).toContain(text);
  });

  it("matches the reviewed file", async () => {
    await expect(oracleMarkdown(sampleOracle())).toMatchFileSnapshot("golden/oracle.md");
  });

  it("marks the best of a column, ties included, and never random scores", () => {
    const markdown = oracleMarkdown(sampleOracle());
    const [section = ""] = markdown.split("## How to read the table");
    const row = (name: string): string =>
      section.split("\n").find((line) => line.startsWith(`| ${name} `)) ?? "";
    expect(row("taylor-gate")).toContain("**1.000 [1.000, 1.000]**");
    expect(row("taylor-gate")).toContain("**1.20**");
    expect(row("random")).not.toContain("**");
    expect(row("oracle")).toMatch(/ 206 \|$/);
    expect(section.match(/\*\*1\.000\*\*/g)?.length).toBeGreaterThan(2);
  });
});

it("oracleJson is the measurements and the correlations", () => {
  const measurements = sampleOracle({ criteria: sampleOracle().criteria.slice(0, 4) });
  expect(JSON.parse(oracleJson(measurements))).toEqual({
    ...measurements,
    correlations: correlate(measurements),
  });
});

describe("logTicks", () => {
  it("are few, and round", () => {
    expect(logTicks([1, 10])).toEqual({ values: [1, 2, 5, 10] });
    expect(logTicks([0.002, 0.4])).toEqual({ values: [0.003, 0.01, 0.03, 0.1, 0.3] });
    expect(logTicks([1e-12, 1])).toEqual({ values: [1e-12, 1e-9, 1e-6, 1e-3, 1] });
  });

  it("are Vega's where nothing round is inside, or there is no range", () => {
    for (const values of [[0.81, 0.95], [3], [], [0, 1]]) expect(logTicks(values)).toEqual({ tickCount: 6 });
  });
});

describe("colours by depth", () => {
  it("go from the first to the last", () => {
    expect(depthColours(3)).toEqual([
      "color-mix(in oklab, var(--depth-2) 0%, var(--depth-1))",
      "color-mix(in oklab, var(--depth-2) 100%, var(--depth-1))",
      "color-mix(in oklab, var(--depth-3) 100%, var(--depth-2))",
    ]);
    expect(depthColours(1)).toHaveLength(1);
  });

  it("the key of a deep network has its ends and not all between", () => {
    const names = Array.from({ length: 98 }, (_, i) => `layer${i}`);
    const key = depthLegend(names).html;
    expect(key.match(/<li>/g)).toHaveLength(16);
    expect(key).toContain("layer0<");
    expect(key).toContain("layer97<");
  });
});
