/** What a bundle for the browser is refused for, and that the document's table is compared. */
import { expect, it } from "vitest";
import { bundle } from "../src/bundle.ts";
import { differences, sizeTable, withTable } from "../src/size-table.ts";

it("plain modules are bundled and measured", async () => {
  const small = await bundle("export const one = 1;");
  const large = await bundle(`export const many = ${JSON.stringify([...Array(1000).keys()])};`);
  expect(small.bytes).toBeGreaterThan(0);
  expect(large.bytes).toBeGreaterThan(3000);
  expect(large.gzipBytes).toBeLessThan(large.bytes);
});

it.each([
  ['import { join } from "node:path"; export const path = join("a", "b");', "imports node:path"],
  ['export const load = () => import("node:fs");', "imports node:fs"],
  ["export const home = process.env.HOME;", 'uses the global "process"'],
  ["export const bytes = (text) => Buffer.from(text);", 'uses the global "Buffer"'],
  ['export const two = eval("1 + 1");', "eval"],
])("%s is refused", async (source, problem) => {
  await expect(bundle(source)).rejects.toThrow(problem);
});

it("a global of Node's behind a typeof, and a property or variable of its name, are no problem", async () => {
  await bundle("export function f(flags) { var global = Boolean(flags); return global; }");
  await bundle('export const home = typeof process === "object" ? process.env.HOME : undefined;');
  await bundle("export const state = (run) => ({ process: run.process, Buffer: 1 });");
});

const sizes = (bytes: number) => new Map([["`a`", { bytes, gzipBytes: 500 }]]);
const written = (): string =>
  withTable(
    "# Title\n\n<!-- sizes: written by `pnpm bundle:browser` -->\nold\n<!-- end of sizes -->\n\nText.\n",
    sizeTable(sizes(2000)),
  );

it("the table is written between its marks, and found again", () => {
  expect(written()).toMatch(/`a` +\| +2\.0 \| +0\.5 \|/);
  expect(written()).not.toContain("old");
  expect(differences(written(), sizes(2000), 0.03)).toEqual([]);
  expect(differences(written(), sizes(2050), 0.03)).toEqual([]);
});

it("a size that is off, a package that is missing and one that is gone are named", () => {
  expect(differences(written(), sizes(2100), 0.03)).toEqual([
    "`a` is 2.1 kB, 0.5 kB by gzip, not 2.0 and 0.5",
  ]);
  const others = new Map([["`b`", { bytes: 1, gzipBytes: 1 }]]);
  expect(differences(written(), others, 0.03)).toEqual([
    "`b` is not in the table",
    "`a` is in the table and not bundled",
  ]);
});
