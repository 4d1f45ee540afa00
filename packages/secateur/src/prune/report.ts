/** report.html: what was removed, what it gained, what it cost, and how to repeat it. One page without other resources. */

import path from "node:path";
import { fact, facts, type Html, html, list, page, plainTable, section } from "@secateur/command-line/page";
import {
  change,
  counted,
  formatBytes,
  grouped,
  milliseconds,
  percent,
  short,
  significant,
} from "../numbers.ts";
import type { OutputComparison } from "./compare-outputs.ts";
import { budgetNouns } from "./errors-in-flags.ts";
import type { PruneSummary, Width } from "./result.ts";
import { changeRows, timeText } from "./summary-text.ts";

export function reportHtml(summary: PruneSummary): string {
  const { warnings, widths, pinned } = summary;
  return page(`${nameOf(summary)}, pruned`, leadText(summary), [
    keyFigures(summary),
    ...(warnings.length === 0 ? [] : [section("Warnings", "", list(warnings))]),
    section("Before and after", timeNote, changeTable(summary)),
    section("Outputs", outputsNote(summary), outputsTable(summary.outputs)),
    section(
      "Widths",
      "Filters and neurons of every layer. The pale part of a bar was removed.",
      widths.length === 0 ? html`<p>No layer could be pruned.</p>` : widthsTable(widths),
    ),
    section(
      "Never pruned",
      "Channels that keep their place, and why.",
      pinned.length === 0
        ? html`<p>Every channel could be pruned.</p>`
        : plainTable(
            pinned.map(({ layer, className, reason, channels, holds }) => [
              `${layer} (${className})`,
              `${counted(channels, "channel")}: ${reason}${holds.length === 0 || holds.includes(layer) ? "" : `; so ${holds.join(", ")} ${holds.length === 1 ? "keeps its" : "keep their"} width`}`,
            ]),
          ),
    ),
    section("How it was made", "", plainTable(details(summary))),
    section("Repeat it", "", html`<pre>${summary.command}</pre>`),
  ]);
}

const nameOf = ({ model }: PruneSummary): string => {
  const name =
    path.basename(model) === "model.json" ? path.basename(path.dirname(model)) : path.basename(model);
  return name === "" ? "The network" : name;
};

const timeNote =
  "Times are medians of single images, with the range of the middle half of the runs; both networks took turns.";

function leadText({ budget, repair, finetunedEpochs, outputs }: PruneSummary): string {
  const then = [
    repair === null ? "" : ", repaired without labels or training",
    finetunedEpochs === 0 ? "" : `, trained for ${counted(finetunedEpochs, "epoch")}`,
  ].join("");
  const [first] = outputs;
  const agreement =
    first?.agreement == null
      ? ""
      : ` Its first class is that of the unpruned network for ${percent(first.agreement)} of the images that were held back.`;
  return `${significant(100 * budget.share)} % of the ${budgetNouns[budget.name]} removed${then}.${agreement}`;
}

function keyFigures({ macs, parameters, bytes, time, outputs }: PruneSummary): Html {
  const agreement = outputs[0]?.agreement ?? null;
  return facts([
    fact("Multiply-adds", short(macs.after), `${change(macs.before, macs.after)} of ${short(macs.before)}`),
    fact(
      "Parameters",
      short(parameters.after),
      `${change(parameters.before, parameters.after)} of ${short(parameters.before)}`,
    ),
    fact(
      "Size",
      formatBytes(bytes.after),
      `${change(bytes.before, bytes.after)} of ${formatBytes(bytes.before)}`,
    ),
    fact(
      "Time per image",
      milliseconds(time.after.medianMs),
      `${change(time.before.medianMs, time.after.medianMs)} of ${milliseconds(time.before.medianMs)}`,
    ),
    ...(agreement === null ? [] : [fact("Same first class", percent(agreement), "of held-back images")]),
  ]);
}

function changeTable(summary: PruneSummary): Html {
  const rows = changeRows(summary).map(
    ([name = "", ...cells]) =>
      html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`,
  );
  return html`<div class="scroll"><table class="wrap"><thead><tr><th></th><th scope="col">Before</th><th scope="col">After</th><th scope="col">Change</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function outputsNote({ images, storage }: PruneSummary): string {
  const stored = storage === "float32" ? "" : ` Weights are those of the files, stored as ${storage}.`;
  return `Both networks on ${counted(images.held, "image")} that neither scores nor repair have seen.${stored}`;
}

function outputsTable(outputs: readonly OutputComparison[]): Html {
  return plainTable(
    outputs.flatMap(({ name, agreement, meanDifference, largestDifference, accuracy }) => {
      const prefix = outputs.length > 1 ? `${name}: ` : "";
      return [
        ...(agreement === null ? [] : [[`${prefix}same first class`, percent(agreement)] as const]),
        ...(accuracy === null
          ? []
          : ([
              [`${prefix}accuracy`, `${percent(accuracy[0])} before, ${percent(accuracy[1])} after`],
            ] as const)),
        [`${prefix}mean difference`, significant(meanDifference)] as const,
        [`${prefix}largest difference`, significant(largestDifference)] as const,
      ];
    }),
  );
}

function widthsTable(widths: readonly Width[]): Html {
  const widest = Math.max(...widths.map(({ before }) => before));
  const rows = widths.map(({ layer, before, after }) => {
    const share = (value: number): string => `${((100 * value) / widest).toFixed(1)}%`;
    const text = before === after ? grouped(before) : `${grouped(before)} → ${grouped(after)}`;
    return html`<tr><th scope="row">${layer}</th><td class="count">${text}</td><td class="bar"><div style="width:${share(before)}"><div style="width:${((100 * after) / Math.max(before, 1)).toFixed(1)}%"></div></div></td></tr>`;
  });
  return html`<div class="scroll"><table class="wrap bars"><tbody>${rows}</tbody></table></div>`;
}

function details(summary: PruneSummary): readonly (readonly [string, string])[] {
  const { criterion, images, proof, repair, engine, seed, versions, storage, units, time } = summary;
  return [
    ["Criterion", criterion],
    ["Units", `${grouped(units.before - units.after)} of ${grouped(units.before)} removed`],
    [
      "Proof of the removal",
      proof === null
        ? "none"
        : `the cut network computes what the original computes without the units, up to ${significant(proof)} of the largest output`,
    ],
    [
      "Repair",
      repair === null
        ? "none"
        : `error of the outputs on the images that it used, relative to their variance: ${significant(repair.before)} before, ${significant(repair.after)} after`,
    ],
    [
      "Images",
      `${grouped(images.used)} to score${repair === null ? "" : " and repair"}, ${grouped(images.held)} held back`,
    ],
    ["Preprocessing", images.preprocessing],
    ["Weights stored as", storage],
    ["Time before", timeText(time.before)],
    ["Time after", timeText(time.after)],
    ["Engine", engine],
    ["Seed", String(seed)],
    ...Object.entries(versions),
  ];
}
