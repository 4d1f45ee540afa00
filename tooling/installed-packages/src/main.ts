/**
 * `pnpm check:package`, last part: installs the packed packages with npm and with pnpm as the READMEs say, then type-checks
 * the READMEs' examples with `skipLibCheck: false`, loads what they import, and starts the command line.
 */
import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { installWithNpm, installWithPnpm, packAll } from "./projects.ts";
import { type Readme, readmes } from "./readme.ts";
import { typeErrors } from "./type-errors.ts";

const run = promisify(execFile);
const repository: string = path.resolve(import.meta.dirname, "../../..");

interface Manager {
  readonly name: string;
  readonly install: typeof installWithNpm;
  /** Where the examples of a README are, and where `secateur` is installed. */
  readonly projectOf: (readme: string) => string;
}

const managers: readonly Manager[] = [
  { name: "pnpm", install: installWithPnpm, projectOf: (readme) => `projects/${readme}` },
  { name: "npm", install: installWithNpm, projectOf: (readme) => readme },
];

async function main(): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "secateur-installed-"));
  try {
    const all = readmes(repository);
    const tarballs = await packAll(repository, folder);
    await Promise.all(
      managers.map(async (manager) => {
        const project = path.join(folder, manager.name);
        await manager.install(project, all, tarballs);
        await checkInstalled(project, manager, all);
      }),
    );
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function checkInstalled(
  folder: string,
  { name, projectOf }: Manager,
  all: readonly Readme[],
): Promise<void> {
  const errors = await typeErrors(folder, "**/example-*.ts");
  if (errors.length > 0) throw new Error(`${name}: type errors that are ours:\n${errors.join("\n")}`);
  const imports = all.map((readme) => path.join(folder, projectOf(readme.name), "imports.mjs"));
  const load = imports.map((file) => `await import(${JSON.stringify(pathToFileURL(file).href)});`);
  await run(process.execPath, ["--input-type=module", "--eval", load.join("\n")]);
  const program = path.join(
    folder,
    projectOf("secateur"),
    name === "npm" ? ".." : "",
    "node_modules/.bin/secateur",
  );
  await run(program, ["--help"]);
  const examples = all.reduce((sum, readme) => sum + readme.examples.length, 0);
  console.log(`${name}: ${examples} examples of ${all.length} READMEs type-check and find what they import.`);
}

/** What a program printed before it failed: pnpm writes its errors to stdout. */
function explanation(error: unknown): string {
  const { message, stdout = "" } = error as { readonly message: string; readonly stdout?: string };
  return `${message}\n${stdout}`.trim();
}

try {
  await main();
} catch (error) {
  const text = explanation(error);
  const isOffline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ERR_PNPM_META_FETCH_FAIL/.test(text);
  console.error(isOffline ? `SKIPPED: installed packages, as there is no registry.\n${text}` : text);
  process.exitCode = isOffline ? 0 : 1;
}
