/** The legend of all plots: a stroke and a mark in the look of each criterion. */
import { type Html, html, trusted } from "@secateur/command-line/page";
import { type CriterionLook, criterionLook, type MarkShape } from "./criterion-looks.ts";

const outlines: Readonly<Record<MarkShape, string>> = {
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
  return html`<ul class="legend">${names.map((name) => html`<li>${swatch(criterionLook(name))}${name}</li>`)}</ul>`;
}

const swatch = ({ colour, shape, dash }: CriterionLook): Html =>
  trusted(
    `<svg width="30" height="16" aria-hidden="true" style="color:${colour}"><path d="M0 8h30" stroke="currentColor" stroke-width="2" stroke-dasharray="${dash.join(" ")}"/><g fill="currentColor" transform="translate(7 0)">${outlines[shape]}</g></svg>`,
  );
