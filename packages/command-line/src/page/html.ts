/** HTML from template literals. Inserted text is escaped, inserted HTML is not. */

export interface Html {
  readonly html: string;
}

type Insert = string | number | Html | readonly Html[];

export function html(strings: TemplateStringsArray, ...inserts: readonly Insert[]): Html {
  const parts = strings.flatMap((text, i) => [text, i < inserts.length ? insert(inserts[i] ?? "") : ""]);
  return { html: parts.join("") };
}

/** Marks text as HTML, for instance an SVG. */
export const trusted = (text: string): Html => ({ html: text });

function insert(value: Insert): string {
  if (typeof value === "string" || typeof value === "number") return escaped(String(value));
  return "html" in value ? value.html : value.map((each) => each.html).join("\n");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
}
