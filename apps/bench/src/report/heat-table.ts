/**
 * A heat map as an HTML table, which screen readers read and users can copy: one column per group in network order. Where
 * the columns do not fit, cells wrap and each shows the name of its group.
 */
import { type Html, html } from "@secateur/command-line/page";

/** More groups than these have vertical headings, or always wrap. */
const many = 10;
const most = 24;

export interface HeatCell {
  readonly group: string;
  readonly text: string;
  /** Tooltip. */
  readonly title: string;
  /** Strength of the colour, 0 to 1. */
  readonly share: number;
  /** Uses the colour of negative values. */
  readonly negative?: boolean;
}

export function heatTable(
  labels: readonly string[],
  groups: readonly string[],
  bodies: readonly Html[],
): Html {
  const labelHeads = labels.map((label) => html`<th scope="col" class="label">${label}</th>`);
  const heads = groups.map((group) => html`<th scope="col" title="${group}"><span>${group}</span></th>`);
  return html`<div class="scroll"><table class="${["heat", ...(groups.length > many ? ["many"] : []), ...(groups.length > most ? ["most"] : [])].join(" ")}">
<thead><tr>${labelHeads}${heads}</tr></thead>
${bodies}
</table></div>`;
}

export function heatCell({ group, text, title, share, negative = false }: HeatCell): Html {
  const percent = Math.round(100 * share);
  const classes = `${percent > 62 ? "strong" : "weak"}${negative ? " negative" : ""}`;
  return html`<td class="${classes}" style="--share:${percent}%" title="${title}" data-label="${group}">${text}</td>`;
}
