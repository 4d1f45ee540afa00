/**
 * The workspace as JavaScript: every module compiled once, by esbuild, as tsx does it at each start of a program. So drills
 * and tests start programs in less than half of the time.
 */
import fs from "node:fs";
import path from "node:path";
import { build } from "esbuild";

const repository = path.join(import.meta.dirname, "../../..");

/** Names of modules in imports, in URLs of worker programs, and in package.json. */
const moduleName = /(["'`])(\.{1,2}\/[^"'`\n]*)\.ts\1/g;

function withCompiledNames(text: string): string {
  return text.replaceAll(moduleName, "$1$2.js$1");
}

/** Compiles into a folder, which is created. Everything but modules is linked. */
export async function compileWorkspace(folder: string): Promise<void> {
  const packages = fs.readdirSync(path.join(repository, "packages")).map((name) => `packages/${name}`);
  for (const name of [...packages, "apps/bench", "tooling/drills"]) await compilePackage(name, folder);
  link(path.join(repository, "node_modules"), path.join(folder, "node_modules"));
}

async function compilePackage(name: string, folder: string): Promise<void> {
  const [from, to] = [path.join(repository, name), path.join(folder, name)];
  fs.mkdirSync(to, { recursive: true });
  const description = fs.readFileSync(path.join(from, "package.json"), "utf8");
  fs.writeFileSync(path.join(to, "package.json"), withCompiledNames(description));
  // Its links are relative: those between packages of the workspace lead to compiled ones.
  fs.cpSync(path.join(from, "node_modules"), path.join(to, "node_modules"), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (entry) => !path.basename(entry).startsWith(".") || entry.endsWith("node_modules"),
  });
  for (const entry of fs.readdirSync(from))
    if (!["src", "node_modules", "package.json"].includes(entry))
      link(path.join(from, entry), path.join(to, entry));
  await compileModules(path.join(from, "src"), path.join(to, "src"));
}

async function compileModules(from: string, to: string): Promise<void> {
  const files = fs
    .readdirSync(from, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile());
  const paths = files.map(({ parentPath, name }) => path.join(parentPath, name));
  const isModule = (file: string): boolean => file.endsWith(".ts");
  const { outputFiles } = await build({
    entryPoints: paths.filter(isModule),
    outbase: from,
    outdir: to,
    format: "esm",
    target: "node20",
    write: false,
  });
  const compiled = outputFiles.map((file) => [file.path, withCompiledNames(file.text)] as const);
  for (const [file, text] of compiled) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }
  for (const file of paths.filter((each) => !isModule(each)))
    fs.cpSync(file, path.join(to, path.relative(from, file)));
}

function link(target: string, file: string): void {
  fs.symlinkSync(target, file);
}
