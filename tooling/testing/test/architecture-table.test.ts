/** The table of packages in docs/architecture.md lists exactly the dependencies of each package. */
import fs from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../../..");
const scope = "@secateur/";

/** Imports by package, as the table has them. */
function documented(): ReadonlyMap<string, readonly string[]> {
  const rows = fs
    .readFileSync(path.join(root, "docs/architecture.md"), "utf8")
    .matchAll(/^\| `([\w-]+)` \| ([^|]*) \|/gm);
  const names = (cell = ""): readonly string[] =>
    [...cell.matchAll(/`([\w-]+)`/g)].map(([, name]) => name ?? "");
  return new Map([...rows].map(([, name = "", imports]) => [name, names(imports)]));
}

/** Lint allows a package's sources to import these alone, and knip requires that they do. */
function declared(name: string): readonly string[] {
  const text = fs.readFileSync(path.join(root, "packages", name, "package.json"), "utf8");
  const { dependencies = {} }: { dependencies?: Readonly<Record<string, string>> } = JSON.parse(text);
  return Object.keys(dependencies)
    .filter((dependency) => dependency.startsWith(scope))
    .map((dependency) => dependency.slice(scope.length));
}

const packages = fs.readdirSync(path.join(root, "packages"));

it("has a row for every package", () => expect([...documented().keys()].sort()).toEqual(packages));

it.each(packages)("%s imports what the table says", (name) =>
  expect([...declared(name)].sort()).toEqual([...(documented().get(name) ?? [])].sort()),
);
