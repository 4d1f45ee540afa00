/** Engines and moments in the words of a report. */

/** The engine alone, for instance `wasm 4.22.0 (CPU, WebAssembly, 1 thread)`. @param description - Of `describeEngine`. */
export function engineText(description: string): string {
  const [used = ""] = description.split("\n");
  return used.replace("Engine: ", "");
}

/** Rows of a table: the engine, and those that could not be used, with the reasons. */
export function engineRows(description: string): readonly (readonly [string, string])[] {
  const [, ...others] = description.split("\n");
  return [
    ["Engine", engineText(description)],
    ...others.map((line) => ["Not used", line.replace("Not used: ", "")] as const),
  ];
}

/** For instance `2026-11-29 20:04 UTC`. @param moment - ISO 8601, in UTC. */
export function dateTimeText(moment: string): string {
  return `${moment.slice(0, 16).replace("T", " ")} UTC`;
}
