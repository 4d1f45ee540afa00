/**
 * The table of results as HTML, with the best accuracy of every ratio marked. On narrow pages each row becomes a card,
 * in which `data-label` names the numbers.
 */

import { type Html, html } from "@secateur/command-line/page";
import type { Summary } from "../results.ts";
import { none } from "../spread-text.ts";
import { type Column, columnsOf, finalAccuracy, tableNote } from "../table.ts";
import type { TableRow } from "../table-rows.ts";
import { isUnpruned } from "../table-rows.ts";

export function resultsTable(summary: Summary): Html {
  const columns = columnsOf(summary);
  const best = bestRows(summary.rows);
  const head = columns.map(
    ({ title, unit }) =>
      html`<th scope="col">${title}${unit === "" ? html`` : html`<small>${unit}</small>`}</th>`,
  );
  const rows = summary.rows.map((row, i) =>
    resultRow(row, columns, {
      isFirst: row.criterion !== summary.rows[i - 1]?.criterion,
      isBest: best.has(row),
    }),
  );
  return html`<div class="scroll"><table class="cards">
<thead><tr>${head}</tr></thead>
<tbody>${rows}</tbody>
</table></div>
<p class="note">${tableNote(summary)} Blue: the highest final accuracy of each ratio.</p>`;
}

function resultRow(
  row: TableRow,
  columns: readonly Column[],
  { isFirst, isBest }: { isFirst: boolean; isBest: boolean },
): Html {
  const classes = [isFirst ? "first" : "", isUnpruned(row) ? "unpruned" : ""].join(" ").trim();
  const final = columns.findLastIndex(({ text }) => text(row) !== none);
  const cells = columns.map(({ title, unit, text }, i) => {
    if (i === 0) return html`<th scope="row">${isFirst ? text(row) : ""}</th>`;
    const label = unit === "" ? title : `${title} (${unit})`;
    return html`<td class="${isBest && i === final ? "best" : ""}" data-label="${label}">${cellContent(text(row))}</td>`;
  });
  return html`<tr class="${classes}">${cells}</tr>`;
}

/** Numbers and their deviations stay on one line; a range in brackets is on a second one. */
function cellContent(text: string): Html {
  const [value = "", range] = text.replace("± ", "±\u00A0").split(" (");
  return range === undefined ? html`${value}` : html`${value}<small>(${range}</small>`;
}

/** For every ratio, the rows with the highest final accuracy. */
function bestRows(rows: readonly TableRow[]): ReadonlySet<TableRow> {
  const pruned = rows.filter((row) => !isUnpruned(row));
  const ratios = [...new Set(pruned.map(({ ratio }) => ratio))];
  return new Set(
    ratios.flatMap((wanted) => {
      const own = pruned.filter(({ ratio }) => ratio === wanted);
      const highest = Math.max(...own.map(finalAccuracy));
      return own.filter((row) => finalAccuracy(row) === highest);
    }),
  );
}
