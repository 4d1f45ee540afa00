/** A heat map as an HTML table, which screen readers read and users can copy: one column per group in network order. */
import { type Html, html } from "@secateur/command-line/page";

export interface HeatCell {
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
  return html`<div class="scroll"><table class="${groups.length > 10 ? "heat many" : "heat"}">
<thead><tr>${labelHeads}${heads}</tr></thead>
${bodies}
</table></div>`;
}

export function heatCell({ text, title, share, negative = false }: HeatCell): Html {
  const percent = Math.round(100 * share);
  const classes = `${percent > 62 ? "strong" : "weak"}${negative ? " negative" : ""}`;
  return html`<td class="${classes}" style="--share:${percent}%" title="${title}">${text}</td>`;
}
