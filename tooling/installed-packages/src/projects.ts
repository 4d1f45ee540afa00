/**
 * Empty folders in which the tarballs are installed: with pnpm one project for each README, which sees nothing but what the
 * README installs; with npm one project for all of them. Both hold the READMEs' examples.
 */
import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { importsOf, type Readme } from "./readme.ts";

const run = promisify(execFile);

/** Specifiers by the name of the package. */
type Dependencies = Readonly<Record<string, string>>;

/** @returns `file:` specifiers of the tarballs of all published packages, written into `folder`. */
export async function packAll(repository: string, folder: string): Promise<Dependencies> {
  const args = ["--recursive", "--filter", "./packages/*", "pack", "--pack-destination", folder];
  await run("pnpm", args, { cwd: repository });
  const manifests = fs
    .readdirSync(path.join(repository, "packages"))
    .map((name) =>
      JSON.parse(fs.readFileSync(path.join(repository, "packages", name, "package.json"), "utf8")),
    );
  return Object.fromEntries(
    manifests.map(({ name, version }: { name: string; version: string }) => {
      const file = `${name.replace("@", "").replace("/", "-")}-${version}.tgz`;
      return [name, `file:${path.join(folder, file)}`];
    }),
  );
}

/** One workspace with a project for each README. */
export async function installWithPnpm(
  folder: string,
  readmes: readonly Readme[],
  tarballs: Dependencies,
): Promise<void> {
  for (const readme of readmes) {
    const project = path.join(folder, "projects", readme.name);
    writeProject(project, { dependencies: dependenciesOf(readme, tarballs) });
    writeExamples(project, readme);
  }
  writeProject(folder, { devDependencies: nodeTypes });
  const overrides = Object.entries(tarballs).map(([name, file]) => `  "${name}": "${file}"`);
  const workspace = ["packages:", "  - projects/*", "overrides:", ...overrides, ""].join("\n");
  fs.writeFileSync(path.join(folder, "pnpm-workspace.yaml"), workspace);
  await run("pnpm", ["install", "--ignore-scripts", "--prefer-offline"], { cwd: folder });
}

/** One project with what all READMEs install together. */
export async function installWithNpm(
  folder: string,
  readmes: readonly Readme[],
  tarballs: Dependencies,
): Promise<void> {
  const dependencies = Object.assign({}, ...readmes.map((readme) => dependenciesOf(readme, tarballs)));
  const overrides = Object.entries(tarballs).map(([name, file]) => [
    name,
    name in dependencies ? `$${name}` : file, // npm takes no other override of what the project itself installs
  ]);
  writeProject(folder, {
    dependencies,
    devDependencies: nodeTypes,
    overrides: Object.fromEntries(overrides),
  });
  for (const readme of readmes) writeExamples(path.join(folder, readme.name), readme);
  const args = ["install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];
  await run("npm", args, { cwd: folder });
}

const nodeTypes: Dependencies = { "@types/node": "^20.19.0" };

function dependenciesOf({ installs }: Readme, tarballs: Dependencies): Dependencies {
  const entries = installs.map((spec) => {
    const at = spec.indexOf("@", 1);
    const name = at < 0 ? spec : spec.slice(0, at);
    return [name, tarballs[name] ?? (at < 0 ? "*" : spec.slice(at + 1))];
  });
  return Object.fromEntries(entries);
}

function writeProject(folder: string, manifest: object): void {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(
    path.join(folder, "package.json"),
    JSON.stringify({ private: true, type: "module", ...manifest }, null, 2),
  );
}

/** Every example as `example-1.ts` and so on, and `imports.mjs`, which only loads what they import. */
function writeExamples(folder: string, { examples }: Readme): void {
  fs.mkdirSync(folder, { recursive: true });
  for (const [i, example] of examples.entries())
    fs.writeFileSync(path.join(folder, `example-${i + 1}.ts`), `${example}\nexport {};\n`);
  const modules = new Set(examples.flatMap(importsOf));
  const imports = [...modules].map((name) => `await import(${JSON.stringify(name)});\n`);
  fs.writeFileSync(path.join(folder, "imports.mjs"), imports.join(""));
}
