/**
 * `pnpm bundle:browser`: bundles every package that runs in browsers, prints the sizes and writes them to docs/browser.md.
 * With `--check` the document is compared instead, and a difference of more than 3 % is a failure.
 */
import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { BundleError, type BundleSize, bundle } from "./bundle.ts";
import { differences, sizeTable, withTable } from "./size-table.ts";

/** Packages that run in browsers; each is a dependency in package.json. */
const packages = [
  "wasm-kernels",
  "backend",
  "model-graph",
  "model-files",
  "dependency-graph",
  "surgery",
  "compensation",
  "metrics",
  "training",
  "criteria",
  "pruner",
] as const;

const tolerance = 0.03;
const documentFile = resolve(import.meta.dirname, "../../../docs/browser.md");

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  const sizes = new Map<string, BundleSize>();
  for (const name of packages)
    sizes.set(`\`${name}\``, await namedBundle(name, `export * from "@secateur/${name}";`));
  // By dynamic imports, as `backend` loads kernels: a static import of the same package beside it is a warning.
  const imports = packages.map((name) => `import("@secateur/${name}")`);
  const together = `export const load = () => Promise.all([${imports.join(", ")}]);`;
  sizes.set("all of them", await namedBundle("all packages", together));
  const table = sizeTable(sizes);
  console.log(table);
  const document = await readFile(documentFile, "utf8");
  if (!values.check) return await writeFile(documentFile, withTable(document, table));
  const problems = differences(document, sizes, tolerance);
  if (problems.length === 0) return;
  throw new BundleError(
    `docs/browser.md is out of date; run \`pnpm bundle:browser\`:\n${problems.join("\n")}`,
  );
}

async function namedBundle(name: string, source: string): Promise<BundleSize> {
  try {
    return await bundle(source);
  } catch (error) {
    throw new BundleError(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof BundleError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
