/** A table of numbers with the best of every column marked, as Markdown and as HTML; on narrow pages rows become cards. */

import { type Html, html } from "@secateur/command-line/page";
import { markdownOf } from "./markdown-table.ts";

/** More columns than these are narrow, and are cards on medium pages as well. */
const many = 12;

export interface NumberColumn<Row> {
  readonly title: string;
  /** On a card, where the heading of the first column is not shown. Default: the title. */
  readonly cardTitle?: string;
  /** A heading over neighbouring columns; may be empty. */
  readonly over: string;
  /** Null is shown as a dash. */
  readonly value: (row: Row) => number | null;
  readonly format: (value: number) => string;
  /** Follows the number, for instance its interval. */
  readonly suffix?: (row: Row) => string;
  readonly best?: "highest" | "lowest";
}

interface NumberCell {
  readonly text: string;
  /** Follows the text. */
  readonly suffix: string;
  readonly best: boolean;
}

export interface NumberTable {
  readonly first: string;
  readonly columns: readonly { readonly title: string; readonly cardTitle: string; readonly over: string }[];
  readonly rows: readonly {
    readonly name: string;
    readonly cells: readonly NumberCell[];
    /** Excluded from the comparison. */
    readonly aside: boolean;
  }[];
}

/** @param canBeBest - Whether a row takes part in the comparison. */
export function numberTable<Row extends { readonly name: string }>(
  first: string,
  columns: readonly NumberColumn<Row>[],
  rows: readonly Row[],
  canBeBest: (row: Row) => boolean,
): NumberTable {
  const best = columns.map((column) => bestText(column, rows.filter(canBeBest)));
  return {
    first,
    columns: columns.map(({ title, cardTitle = title, over }) => ({ title, cardTitle, over })),
    rows: rows.map((row) => ({
      name: row.name,
      aside: !canBeBest(row),
      cells: columns.map(({ value, format, suffix }, i) => {
        const number = value(row);
        if (number === null) return { text: "–", suffix: "", best: false };
        const text = format(number);
        return { text, suffix: suffix?.(row) ?? "", best: canBeBest(row) && text === best[i] };
      }),
    })),
  };
}

/** As text, so that rows with equal text are all marked. */
function bestText<Row>({ best, value, format }: NumberColumn<Row>, rows: readonly Row[]): string | null {
  const values = rows.map(value).filter((number) => number !== null);
  if (best === undefined || values.length < 2) return null;
  return format(best === "highest" ? Math.max(...values) : Math.min(...values));
}

export function tableMarkdown({ first, columns, rows }: NumberTable): string {
  const head = [first, ...columns.map(({ title, over }) => (over === "" ? title : `${title} (${over})`))];
  const body = rows.map(({ name, cells }) => [
    name,
    ...cells.map(({ text, suffix, best }) => (best ? `**${text}${suffix}**` : `${text}${suffix}`)),
  ]);
  return markdownOf(head, body);
}

export function tableHtml({ first, columns, rows }: NumberTable): Html {
  const groups = columns.filter(({ over }, i) => over !== columns[i - 1]?.over);
  const over = groups.map(({ over: title }) => {
    const span = columns.filter((column) => column.over === title).length;
    return html`<th scope="colgroup" colspan="${span}" class="over">${title}</th>`;
  });
  const head = columns.map(({ title }) => html`<th scope="col">${title}</th>`);
  const body = rows.map(({ name, cells, aside }) => {
    const numbers = cells.map((cell, i) => cellHtml(cell, columns[i]));
    return html`<tr class="${aside ? "aside" : ""}"><th scope="row">${name}</th>${numbers}</tr>`;
  });
  const overRow = groups.length > 1 ? html`<tr><td></td>${over}</tr>` : html``;
  return html`<div class="scroll"><table class="${columns.length > many ? "cards numbers many" : "cards numbers"}">
<thead>${overRow}<tr><th scope="col">${first}</th>${head}</tr></thead>
<tbody>${body}</tbody>
</table></div>`;
}

function cellHtml(
  { text, suffix, best }: NumberCell,
  column: NumberTable["columns"][number] | undefined,
): Html {
  const after = suffix === "" ? html`` : html`<small>${suffix.trim()}</small>`;
  return html`<td class="${best ? "best" : ""}" data-over="${column?.over ?? ""}" data-label="${column?.cardTitle ?? ""}">${text}${after}</td>`;
}
