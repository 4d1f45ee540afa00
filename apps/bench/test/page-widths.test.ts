/** Reports on phones, tablets and wide screens, in a real browser: no column is hidden, nothing needs to be scrolled sideways. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { findChromium } from "@repo/chromium";
import { html } from "@secateur/command-line/page";
import { afterAll, describe, expect, it } from "vitest";
import { reportHtml } from "../src/compare/report/report.ts";
import { summarise } from "../src/compare/results.ts";
import { oracleReportHtml } from "../src/oracle/report/report.ts";
import { sampleOracle } from "./sample-oracle.ts";
import { sampleSummary } from "./sample-summary.ts";

const widths = [400, 800, 1600];
const directory = fs.mkdtempSync(path.join(os.tmpdir(), "secateur-pages-"));
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

const browser = findChromium("the widths of reports");

/** Runs in the browser: for each frame, what is wider than its box, and the smallest text of its tables. */
const script = `
const found = {};
for (const frame of document.querySelectorAll("iframe")) {
  const page = frame.contentDocument;
  const view = page.defaultView;
  for (const each of page.querySelectorAll("details")) each.open = true;
  const all = [...page.querySelectorAll("main, main *:not(svg, svg *)")];
  const wide = all.filter((each) => each.scrollWidth > each.clientWidth + 1 && view.getComputedStyle(each).overflowX !== "visible" && view.getComputedStyle(each).textOverflow !== "ellipsis");
  const outside = [...page.querySelectorAll("td, th, dd, figure")].filter((each) => { const { left, right, width } = each.getBoundingClientRect(); return width > 0 && (left < 0 || right > view.innerWidth + 1); });
  const cells = [...page.querySelectorAll("tbody td")].filter((each) => each.getBoundingClientRect().width < 12);
  found[frame.width] = [...wide, ...outside, ...cells].map((each) => each.tagName + "." + each.className + " in " + (each.closest("section")?.querySelector("h2")?.textContent ?? "the head"));
}
document.body.textContent = "found " + JSON.stringify(found) + " end";
`;

/** Elements that do not fit, by the width of the page. */
function tooWide(name: string, page: string): Readonly<Record<string, readonly string[]>> {
  const frames = widths.map(
    (width) => html`<iframe width="${width}" height="900" srcdoc="${page}"></iframe>`,
  );
  const file = path.join(directory, `${name}.html`);
  fs.writeFileSync(file, html`<!doctype html><meta charset="utf-8"><body>${frames}</body>`.html);
  fs.appendFileSync(file, `<script>addEventListener("load", () => {${script}})</script>`);
  const args = ["--headless", "--no-sandbox", "--disable-gpu", `--user-data-dir=${directory}/profile`];
  const dom = execFileSync(browser ?? "", [...args, "--dump-dom", `file://${file}`], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    timeout: 60_000,
  });
  return JSON.parse(/found (\{.*\}) end/s.exec(dom)?.[1] ?? "null");
}

const fits = Object.fromEntries(widths.map((width) => [String(width), []]));

describe.skipIf(browser === undefined)("at 400, 800 and 1600 pixels", () => {
  it("a comparison of a deep network fits", { timeout: 90_000 }, async () => {
    const { rows: _, formatVersion: __, seeds: ___, ...measured } = sampleSummary();
    const names = Array.from({ length: 30 }, (_, i) => `stage${i % 4}.block${i}.conv1`);
    const keptUnits = Object.fromEntries(names.map((name) => [name, { kept: 30, total: 120 }]));
    const cells = measured.cells.map((cell) => ({ ...cell, keptUnits }));
    const page = await reportHtml(summarise({ ...measured, cells }));
    expect(tooWide("comparison", page)).toEqual(fits);
  });

  it("an oracle study with a table of 17 columns fits", { timeout: 90_000 }, async () => {
    const { subsets, ...study } = sampleOracle();
    if (subsets === null || subsets === undefined) throw new Error("the sample has subsets");
    const longer = (losses: readonly number[]): readonly number[] =>
      Array.from({ length: 17 }, (_, i) => losses[Math.min(i, losses.length - 1)] ?? 1);
    const { combinatorial, greedy, greedyFixed, byCriterion } = subsets;
    const sixteen = {
      ...subsets,
      units: 16,
      combinatorial: longer(combinatorial),
      greedy: longer(greedy),
      greedyFixed: longer(greedyFixed),
      byCriterion: Object.fromEntries(
        Object.entries(byCriterion).map(([name, each]) => [name, longer(each)]),
      ),
    };
    expect(tooWide("oracle", await oracleReportHtml({ ...study, subsets: sixteen }))).toEqual(fits);
  });
});

it("every number of a table that becomes cards has a label", async () => {
  const page = `${await reportHtml(sampleSummary())}${await oracleReportHtml(sampleOracle())}`;
  const tables = [...page.matchAll(/<table class="(?:cards|heat)[^"]*">.*?<\/table>/gs)].map(
    ([table]) => table,
  );
  expect(tables.length).toBeGreaterThan(5);
  for (const table of tables) {
    const numbers = table.match(/<td /g) ?? [];
    expect(numbers.length).toBeGreaterThan(4);
    expect(table.match(/<td [^>]*data-label="[^"]+"/g)).toHaveLength(numbers.length);
  }
});
