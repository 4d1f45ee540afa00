/** `engine:native`: makes tfjs-node or tfjs-node-gpu run here, by the shortest way that works. */
import { copyFileSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Trial, tryEngine } from "@secateur/backend/self-test";
import { addonName, packageFolder, provideAddon } from "./compile-addon.ts";
import { installPrebuilt } from "./prebuilt.ts";
import { exitCodes, MissingPieceError, NativeEngineError } from "./problem.ts";
import { provideTensorFlow } from "./tensorflow-wheel.ts";

const help = `Makes TensorFlow's native library run under TensorFlow.js, for training in Node at full speed.

Usage: npx pnpm@10.34.9 engine:native [flags]

  --gpu          For NVIDIA GPUs: @tensorflow/tfjs-node-gpu with CUDA's libraries.
  --project DIR  Where the package is installed. [default: this repository]
  --force        Build anew although there is an engine that works.
  --help         Show this text.

It takes what is there already; else the package's own download; else TensorFlow from Python's package index (pip), with
the package's addon compiled against it (a C++ compiler). What is fetched is kept in the system's cache folder
(SECATEUR_CACHE), about 1.1 GB.

Ends with 3 when the machine lacks something, with 1 when the engine was built and does not work.`;

interface Options {
  readonly gpu: boolean;
  readonly project: string | null;
  readonly force: boolean;
}

const thisRepository = fileURLToPath(new URL("../../../packages/backend", import.meta.url));

async function main(options: Options): Promise<void> {
  const startedAt = performance.now();
  const engine = options.gpu ? "tensorflow-gpu" : "tensorflow";
  // The engine can only be tried where this repository resolves the package, so elsewhere it is built unseen.
  const isHere = options.project === null;
  const tfjsNode = packageFolder(
    options.project ?? thisRepository,
    `@tensorflow/tfjs-node${options.gpu ? "-gpu" : ""}`,
  );
  const works = async (): Promise<Trial> => tryEngine(engine);
  if (isHere && !options.force && isPassed(await works())) return say(`The ${engine} engine works already.`);
  if (!(await prebuiltWorks(tfjsNode, options, works))) {
    const library = await provideTensorFlow(options.gpu, say);
    install(await provideAddon(tfjsNode, library, say), tfjsNode);
    if (isHere) {
      say("Trying it …");
      requirePassed(await works());
    }
    say(`TensorFlow ${library.version} is ready${seconds(startedAt)}.`);
  } else say(`The package's own TensorFlow is ready${seconds(startedAt)}.`);
}

async function prebuiltWorks(
  tfjsNode: string,
  { gpu, force, project }: Options,
  works: () => Promise<Trial>,
): Promise<boolean> {
  if (force || project !== null) return false;
  say("Trying the package's own download …");
  if (!(await installPrebuilt(tfjsNode, gpu))) {
    say("It cannot be had here.");
    return false;
  }
  return isPassed(await works());
}

/** Copied beside and renamed: a kill leaves no half of it. */
function install(addon: string, tfjsNode: string): void {
  const folder = join(tfjsNode, "lib", "napi-v8");
  mkdirSync(folder, { recursive: true });
  const temporary = join(folder, `${addonName}.partial`);
  copyFileSync(addon, temporary);
  rmSync(join(folder, addonName), { force: true });
  renameSync(temporary, join(folder, addonName));
}

const isPassed = ({ outcome }: Trial): boolean => outcome === "passed";

function requirePassed(trial: Trial): void {
  if ("reason" in trial)
    throw new NativeEngineError(`The engine was built but does not run: ${trial.reason}.`);
  const wrong = trial.checks.filter(({ problem }) => problem !== null);
  if (wrong.length > 0) {
    const list = wrong.map(({ name, problem }) => `${name} (${problem})`).join(", ");
    throw new NativeEngineError(`The engine was built but computes wrongly: ${list}.`);
  }
  say(`It passes all ${trial.checks.length} checks.`);
}

const seconds = (since: number): string => `, after ${Math.round((performance.now() - since) / 1000)} s`;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** @returns null where help was asked for. */
function parse(args: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== "--"),
    options: {
      gpu: { type: "boolean", default: false },
      project: { type: "string" },
      force: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return null;
  return { gpu: values.gpu, force: values.force, project: values.project ? resolve(values.project) : null };
}

try {
  const options = parse(process.argv.slice(2));
  if (options === null) say(help);
  else if (process.platform === "win32") {
    throw new MissingPieceError(
      "TensorFlow has no native library for Windows any more: use the Windows Subsystem for Linux, or the wasm engine.",
    );
  } else await main(options);
} catch (error) {
  const isUsage =
    error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
  if (!(error instanceof NativeEngineError) && !isUsage) throw error;
  process.stderr.write(`${error.message}${isUsage ? " See --help." : ""}\n`);
  if (isUsage) process.exitCode = exitCodes.usage;
  else process.exitCode = error instanceof MissingPieceError ? exitCodes.missing : exitCodes.broken;
}
