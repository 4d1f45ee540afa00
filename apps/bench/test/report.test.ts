import { html } from "@secateur/command-line/page";
import { describe, expect, it } from "vitest";
import { reportHtml } from "../src/compare/report/report.ts";
import { summarise } from "../src/compare/results.ts";
import { iterativeSummary, sampleSummary } from "./sample-summary.ts";

describe("reportHtml", () => {
  it("is one page with every section and plot, without external resources", async () => {
    const page = await reportHtml(sampleSummary());
    const titles = [...page.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, title]) => title);
    expect(titles).toEqual([
      "Results",
      "Accuracy",
      "Training",
      "Fine-tuning",
      "Units kept",
      "Never pruned",
      "Notes",
      "Environment",
      "Repeat this run",
    ]);
    expect(page.match(/<figure><svg /g)).toHaveLength(4 + 2 + 2);
    expect(page).not.toMatch(/\s(?:src|href)=|url\(|@import|<script/);
    expect(page).not.toMatch(/NaN|undefined|\[object/);
  });

  it("escapes names", async () => {
    const page = await reportHtml(sampleSummary());
    expect(page).toContain("my&lt;layer onclick=&quot;x&quot;&gt;");
    expect(page).toContain("scores are &lt;random&gt; &amp; mean nothing");
    expect(page).not.toContain("<random>");
  });

  it("plots an iterative run over the removed share of every amount", async () => {
    const page = await reportHtml(iterativeSummary());
    expect(page).toContain("<h2>Accuracy and loss</h2>");
    const plots = [...page.matchAll(/aria-label="(\w+ over \w+ removed), for each/g)].map(
      ([, title]) => title,
    );
    expect(plots).toEqual(
      ["Accuracy", "Loss"].flatMap((y) =>
        ["units", "MACs", "parameters"].map((x) => `${y} over ${x} removed`),
      ),
    );
    expect(page).toContain(
      "was trained for 6 epochs, pruned during training (2 % of the units every 10 minibatches) and fine-tuned",
    );
    expect(page).not.toMatch(/NaN|undefined|\[object/);
    // The last column with a number is marked, also where there was no fine-tuning.
    const best = page.matchAll(/<td class="best" data-label="([^"]+)">[\d.]+ ±\s[\d.]+<\/td>/g);
    expect([...best].map(([, label]) => label)).toEqual(["Pruned (%)", "Fine-tuned (%)"]);
    expect(page).not.toContain("Repaired");
    expect(page).toContain("Nothing is repaired: ");
  });

  it("marks the accuracy after repair where there was no fine-tuning", async () => {
    const { cells, formatVersion: _, rows: __, seeds: ___, ...measured } = sampleSummary({ finetune: 0 });
    const untuned = cells.map((cell) => ({ ...cell, accuracyTuned: null }));
    const page = await reportHtml(summarise({ ...measured, cells: untuned, fineTuneCurves: [] }));
    const best = page.matchAll(/<td class="best" data-label="([^"]+)">([^<]+)</g);
    expect([...best].map(([, label, text]) => [label, text])).toEqual([
      ["Repaired (%)", "56.50 ±\u00A00.71"],
      ["Repaired (%)", "52.50 ±\u00A00.71"],
    ]);
    expect(page).toContain("<small>52.50 % accuracy</small>");
    const plots = [...page.matchAll(/aria-label="([^:"]+): accuracy of each/g)].map(([, title]) => title);
    expect(plots).toEqual(["Right after pruning", "After repair", "After repair, by cost"]);
  });

  it("omits sections without data", async () => {
    const summary = sampleSummary({ finetune: 0 });
    const cells = summary.cells.map((cell) => ({ ...cell, accuracyTuned: null }));
    const rows = summary.rows.map((row) => ({ ...row, accuracyTuned: null }));
    const page = await reportHtml({ ...summary, cells, rows, trainingCurve: [], fineTuneCurves: [] });
    expect(page).not.toContain("<h2>Training</h2>");
    expect(page).not.toContain("<h2>Fine-tuning</h2>");
    expect(page.match(/<figure>/g)).toHaveLength(3);
  });
});

it("html escapes every insert that is not HTML", () => {
  const inner = html`<b>${"<'\"&>"}</b>`;
  expect(html`<p>${inner}${[inner]}${1}</p>`.html).toBe(
    "<p><b>&lt;&#39;&quot;&amp;&gt;</b><b>&lt;&#39;&quot;&amp;&gt;</b>1</p>",
  );
});
