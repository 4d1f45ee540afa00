/** The sizes of all packages as a markdown table, and the comparison of such a table with new sizes. */
import { markdownTable } from "markdown-table";
import type { BundleSize } from "./bundle.ts";

/** By the name in the table's first column. */
export type Sizes = ReadonlyMap<string, BundleSize>;

const begin = "<!-- sizes: written by `pnpm bundle:browser` -->";
const end = "<!-- end of sizes -->";

const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(1);

export function sizeTable(sizes: Sizes): string {
  const rows = [...sizes].map(([name, size]) => [name, kilobytes(size.bytes), kilobytes(size.gzipBytes)]);
  return markdownTable([["package", "minified, kB", "gzip, kB"], ...rows], { align: ["l", "r", "r"] });
}

/** The document with a new table. Throws where it has no place for one. */
export function withTable(document: string, table: string): string {
  const [from, to] = place(document);
  return `${document.slice(0, from)}\n\n${table}\n\n${document.slice(to)}`;
}

/** One sentence for each difference: another list of packages, or a size that is off by more than `tolerance` (a share). */
export function differences(document: string, sizes: Sizes, tolerance: number): readonly string[] {
  const written = tableRows(document);
  const missing = [...sizes.keys()].filter((name) => !written.has(name));
  const superfluous = [...written.keys()].filter((name) => !sizes.has(name));
  const wrong = [...sizes].flatMap(([name, { bytes, gzipBytes }]) => {
    const isClose = (text: string | undefined, size: number): boolean =>
      Math.abs(1000 * Number(text) - size) <= tolerance * size;
    const cells = written.get(name);
    if (cells === undefined || (isClose(cells[0], bytes) && isClose(cells[1], gzipBytes))) return [];
    return [
      `${name} is ${kilobytes(bytes)} kB, ${kilobytes(gzipBytes)} kB by gzip, not ${cells.join(" and ")}`,
    ];
  });
  return [
    ...missing.map((name) => `${name} is not in the table`),
    ...superfluous.map((name) => `${name} is in the table and not bundled`),
    ...wrong,
  ];
}

function place(document: string): readonly [from: number, to: number] {
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the document lacks the lines ${begin} and ${end}`);
  return [from + begin.length, to];
}

/** The second and third cell of every row, by the first. */
function tableRows(document: string): ReadonlyMap<string, readonly string[]> {
  const lines = document.slice(...place(document)).split("\n");
  const rows = lines
    .filter((line) => line.startsWith("|"))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  return new Map(rows.slice(2).map(([, name = "", ...cells]) => [name, cells.slice(0, 2)]));
}
