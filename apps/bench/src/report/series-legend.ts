/** The legend of all plots: each criterion's colour and shape. */
import { type Html, html, trusted } from "@secateur/command-line/page";
import { seriesScales } from "./plot.ts";

const outlines: Readonly<Record<string, string>> = {
  circle: '<circle cx="8" cy="8" r="4.5"/>',
  square: '<path d="M4 4h8v8H4z"/>',
  "triangle-up": '<path d="M8 3l5 9H3z"/>',
  diamond: '<path d="M8 2.5l4 5.5-4 5.5L4 8z"/>',
  cross: '<path d="M6 3h4v3h3v4h-3v3H6v-3H3V6h3z"/>',
  "triangle-down": '<path d="M8 13l5-9H3z"/>',
  "triangle-right": '<path d="M13 8L4 3v10z"/>',
  "triangle-left": '<path d="M3 8l9-5v10z"/>',
};

export function seriesLegend(names: readonly string[]): Html {
  const { color, shape } = seriesScales(names);
  const items = names.map((name, i) => {
    const drawing = trusted(
      `<svg width="16" height="16" aria-hidden="true" fill="${color.range[i]}">${outlines[shape.range[i] ?? ""] ?? ""}</svg>`,
    );
    return html`<li>${drawing}${name}</li>`;
  });
  return html`<ul class="legend">${items}</ul>`;
}
