/** @packageDocumentation HTML pages without external resources: escaped templates, sections, tables, one style sheet. */
export { type Html, html, trusted } from "./html.ts";
export { documentOf, fact, facts, figures, list, page, plainTable, section } from "./page.ts";
