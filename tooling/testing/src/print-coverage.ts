/** Prints the share of each package's lines and branches that the tests ran, from vitest's `coverage/coverage-summary.json`. */
import fs from "node:fs";
import path from "node:path";

interface Counts {
  readonly total: number;
  readonly covered: number;
}

type FileCoverage = Readonly<Record<"lines" | "branches", Counts>>;

const root = path.join(import.meta.dirname, "../../..");
const summary: Readonly<Record<string, FileCoverage>> = JSON.parse(
  fs.readFileSync(path.join(root, "coverage/coverage-summary.json"), "utf8"),
);

const packages = new Map<string, FileCoverage[]>();
for (const [file, coverage] of Object.entries(summary)) {
  const name = file === "total" ? "all" : path.relative(root, file).split(path.sep).slice(0, 2).join("/");
  packages.set(name, [...(packages.get(name) ?? []), coverage]);
}

function percent(files: readonly FileCoverage[], kind: keyof FileCoverage): string {
  const sum = (count: keyof Counts): number => files.reduce((total, file) => total + file[kind][count], 0);
  return `${((100 * sum("covered")) / Math.max(sum("total"), 1)).toFixed(1)} %`.padStart(9);
}

console.log(`${"".padEnd(28)}    lines branches`);
for (const [name, files] of [...packages].sort(([a], [b]) => a.localeCompare(b)))
  console.log(`${name.padEnd(28)}${percent(files, "lines")}${percent(files, "branches")}`);
