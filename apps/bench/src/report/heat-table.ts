/** A heat map as a table, so that it can be read out and copied: one column a group, in the order of the network. */
import { type Html, html } from "./html.ts";

export interface HeatCell {
  readonly text: string;
  /** When pointed at. */
  readonly title: string;
  /** How strong the colour is, 0 to 1. */
  readonly share: number;
  /** In the colour of what is below zero. */
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
