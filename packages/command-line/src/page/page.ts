/** The page of a report and its parts: sections, figures, key figures, plain tables. */
import { type Html, html, trusted } from "./html.ts";
import { style } from "./style.ts";

/** A whole document without external resources. */
export function page(title: string, lead: string, content: readonly Html[]): string {
  const body = html`<main>
<h1>${title}</h1>
<p class="lead">${lead}</p>
${content}
</main>`;
  return documentOf(title, style, body);
}

/** @param styleSheet - CSS. @param body - What the body contains. */
export function documentOf(title: string, styleSheet: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${trusted(styleSheet)}</style>
</head>
<body>${body}</body>
</html>
`.html;
}

export function section(title: string, text: string, content: Html): Html {
  return html`<section><h2>${title}</h2>${text === "" ? html`` : html`<p class="note">${text}</p>`}${content}</section>`;
}

export const figures = (plots: readonly Html[]): Html =>
  html`<div class="plots">${plots.map((svg) => html`<figure>${svg}</figure>`)}</div>`;

/** A key figure: its name, its value, and a detail. */
export const fact = (term: string, value: string, detail: string): Html =>
  html`<div><dt>${term}</dt><dd>${value}<small>${detail}</small></dd></div>`;

export const facts = (each: readonly Html[]): Html => html`<dl class="facts">${each}</dl>`;

/** Two columns: names and texts. */
export function plainTable(rows: readonly (readonly [string, string])[]): Html {
  return html`<div class="scroll"><table class="plain"><tbody>${rows.map(([name, text]) => html`<tr><th scope="row">${name}</th><td>${text}</td></tr>`)}</tbody></table></div>`;
}

export const list = (texts: readonly string[]): Html =>
  html`<ul>${texts.map((text) => html`<li>${text}</li>`)}</ul>`;
