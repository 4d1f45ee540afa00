/** Colours of the groups by their depth in the network, and the legend. */
import { type Html, html, trusted } from "@secateur/command-line/page";

/** More names cannot be distinguished by colour: the legend then shows the ends and some between. */
const mostNames = 16;

/** A gradient over three colours, which `style.ts` defines for each theme. */
export function depthColours(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => {
    const position = count < 2 ? 0 : (2 * i) / (count - 1);
    const [from, to] = position <= 1 ? [1, 2] : [2, 3];
    const percent = Math.round(100 * (position <= 1 ? position : position - 1));
    return `color-mix(in oklab, var(--depth-${to}) ${percent}%, var(--depth-${from}))`;
  });
}

export function depthLegend(groups: readonly string[]): Html {
  const colours = depthColours(groups.length);
  const step = Math.max(1, (groups.length - 1) / (mostNames - 1));
  const indices = Array.from({ length: Math.min(groups.length, mostNames) }, (_, i) => Math.round(i * step));
  const items = indices.map((i) => {
    const dot = trusted(
      `<svg width="12" height="12" aria-hidden="true" style="fill:${colours[i]}"><circle cx="6" cy="6" r="4.5"/></svg>`,
    );
    return html`<li>${dot}${groups[i] ?? ""}</li>`;
  });
  return html`<ul class="legend dense">${items}</ul>`;
}
