/** Colours of the groups by their place in the network, and the key to them. */
import { type Html, html, trusted } from "../../report/html.ts";

/** More names than that are not told apart by colour: the key then has the ends and a few between. */
const mostNames = 16;

/** From the first group's colour to the last one's, by way of a third; `style.ts` has the three for each theme. */
export function depthColours(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => {
    const place = count < 2 ? 0 : (2 * i) / (count - 1);
    const [from, to] = place <= 1 ? [1, 2] : [2, 3];
    const percent = Math.round(100 * (place <= 1 ? place : place - 1));
    return `color-mix(in oklab, var(--depth-${to}) ${percent}%, var(--depth-${from}))`;
  });
}

export function depthLegend(groups: readonly string[]): Html {
  const colours = depthColours(groups.length);
  const step = Math.max(1, (groups.length - 1) / (mostNames - 1));
  const places = Array.from({ length: Math.min(groups.length, mostNames) }, (_, i) => Math.round(i * step));
  const items = places.map((i) => {
    const dot = trusted(
      `<svg width="12" height="12" aria-hidden="true" style="fill:${colours[i]}"><circle cx="6" cy="6" r="4.5"/></svg>`,
    );
    return html`<li>${dot}${groups[i] ?? ""}</li>`;
  });
  return html`<ul class="legend dense">${items}</ul>`;
}
