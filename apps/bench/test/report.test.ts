import { describe, expect, it } from "vitest";
import { html } from "../src/report/html.ts";
import { reportHtml } from "../src/report/report.ts";
import { sampleSummary } from "./sample-summary.ts";

describe("reportHtml", () => {
  it("is one page with every section and plot, and asks for nothing from elsewhere", async () => {
    const page = await reportHtml(sampleSummary());
    const titles = [...page.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, title]) => title);
    expect(titles).toEqual([
      "Results",
      "Accuracy",
      "Training",
      "Fine-tuning",
      "Units kept",
      "Not pruned",
      "Notes",
      "Environment",
      "Run it again",
    ]);
    expect(page.match(/<figure><svg /g)).toHaveLength(3 + 2 + 2);
    expect(page).not.toMatch(/\s(?:src|href)=|url\(|@import|<script/);
    expect(page).not.toMatch(/NaN|undefined|\[object/);
  });

  it("escapes whatever names hold", async () => {
    const page = await reportHtml(sampleSummary());
    expect(page).toContain("my&lt;layer onclick=&quot;x&quot;&gt;");
    expect(page).toContain("scores are &lt;random&gt; &amp; mean nothing");
    expect(page).not.toContain("<random>");
  });

  it("leaves out what the run did not do", async () => {
    const summary = sampleSummary({ finetune: 0 });
    const cells = summary.cells.map((cell) => ({ ...cell, accuracyTuned: null }));
    const rows = summary.rows.map((row) => ({ ...row, accuracyTuned: null }));
    const page = await reportHtml({ ...summary, cells, rows, trainingCurve: [], fineTuneCurves: [] });
    expect(page).not.toContain("<h2>Training</h2>");
    expect(page).not.toContain("<h2>Fine-tuning</h2>");
    expect(page.match(/<figure>/g)).toHaveLength(2);
  });
});

it("html escapes every insert that is not HTML", () => {
  const inner = html`<b>${"<'\"&>"}</b>`;
  expect(html`<p>${inner}${[inner]}${1}</p>`.html).toBe(
    "<p><b>&lt;&#39;&quot;&amp;&gt;</b><b>&lt;&#39;&quot;&amp;&gt;</b>1</p>",
  );
});
