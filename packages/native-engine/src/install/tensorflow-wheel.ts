/**
 * TensorFlow's library from its Python package: pip downloads and unpacks wheels, so no Python code of it runs. The CPU's
 * wheel is pinned by hash; the GPU's is not, because its dependencies, CUDA's libraries, would all have to be.
 */
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, fillFolder, requireRoom } from "./cache.ts";
import { after } from "./duration.ts";
import { MissingPieceError } from "./problem.ts";
import { findCommand, runCommand } from "./run-command.ts";
import { type CpuPackage, pinnedRequirement, tensorflowVersion } from "./wheel-hashes.ts";

export interface TensorFlowLibrary {
  readonly version: string;
  /** With `include`, `libtensorflow_cc.so.2` and `libtensorflow_framework.so.2`. */
  readonly folder: string;
  /** The folders of CUDA's libraries; empty for the CPU's package. */
  readonly cudaFolders: readonly string[];
}

const cpuBytes = 2.2e9;
const gpuBytes = 9e9;

/** The files of Python's package that the library needs. */
const needed: ReadonlySet<string> = new Set([
  "include",
  "libtensorflow_cc.so.2",
  "libtensorflow_framework.so.2",
  "libtensorflow_cc.2.dylib",
  "libtensorflow_framework.2.dylib",
  "THIRD_PARTY_NOTICES.txt",
]);

/** From the cache, or downloaded. `say` is called with progress lines. */
export async function provideTensorFlow(
  gpu: boolean,
  say: (line: string) => void,
): Promise<TensorFlowLibrary> {
  const site = join(cacheFolder(), gpu ? "tensorflow-gpu" : "tensorflow-cpu");
  const cached = librariesIn(site);
  if (cached !== null) {
    say(`TensorFlow ${cached.version} is in the cache.`);
    return cached;
  }
  const pip = await findPip();
  requireRoom(site, gpu ? gpuBytes : cpuBytes);
  await fillFolder(site, (temporary) => install(pip, temporary, gpu, say));
  const library = librariesIn(site);
  if (library === null)
    throw new MissingPieceError(`${site} does not hold what TensorFlow's package should hold.`);
  return library;
}

async function findPip(): Promise<readonly [string, ...string[]]> {
  const chosen = process.env["PYTHON"];
  const pip = await findCommand([
    ...(chosen ? [[chosen, "-m", "pip"] as const] : []),
    ["python3", "-m", "pip"],
    ["python", "-m", "pip"],
    ["pip3"],
    ["pip"],
  ]);
  if (pip !== null) return pip;
  throw new MissingPieceError(
    "TensorFlow comes from Python's package index, and there is no pip here: install Python 3 with pip (Debian: apt install python3-pip), or name a Python that has it in PYTHON.",
  );
}

async function install(
  pip: readonly [string, ...string[]],
  folder: string,
  gpu: boolean,
  say: (line: string) => void,
): Promise<void> {
  const [command, ...first] = pip;
  const startedAt = performance.now();
  const requirements = join(folder, "requirements.txt");
  writeFileSync(requirements, pinnedRequirement(cpuPackage()));
  // The CPU's package needs no dependencies; the GPU's package depends on CUDA's libraries.
  const wanted = gpu
    ? [`tensorflow[and-cuda]==${tensorflowVersion}`]
    : ["--no-deps", "--require-hashes", "--requirement", requirements];
  say(`Fetching TensorFlow (${gpu ? "some 3 GB" : "270 MB"}) by ${pip.join(" ")} …`);
  // Building a source distribution would run its setup.py.
  const wheelsOnly = ["--only-binary", ":all:"];
  const options = ["--target", folder, "--disable-pip-version-check", "--no-input", "--no-compile"];
  const args = [...first, "install", ...options, ...wheelsOnly, ...wanted];
  const { code, output } = await runCommand(command, args, {
    env: settingsForTarget,
  });
  if (code !== 0) throw new MissingPieceError(explain(output));
  const package_ = join(folder, "tensorflow");
  if (!existsSync(package_)) throw new MissingPieceError(`${pip.join(" ")} installed no TensorFlow.`);
  say(`Fetched${after(startedAt)}.`);
  for (const name of readdirSync(package_)) {
    if (!needed.has(name)) rmSync(join(package_, name), { recursive: true, force: true });
  }
  for (const name of readdirSync(folder)) {
    if (!keep.test(name)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** Overrides the user's pip settings that conflict with `--target`. */
const settingsForTarget = { PIP_USER: "0", PIP_REQUIRE_VIRTUALENV: "0" };

/** The package without CUDA has a name of its own only on x86-64; elsewhere no package has CUDA. */
export function cpuPackage(architecture: string = process.arch): CpuPackage {
  return architecture === "x64" ? "tensorflow-cpu" : "tensorflow";
}

/** Kept: the package, its metadata with the version, and CUDA. */
const keep = /^(tensorflow|tensorflow(_cpu)?-.*\.dist-info|nvidia)$/;

function explain(output: string): string {
  const lines = output.trim().split("\n");
  const reason = lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? "";
  const said = `(${reason.trim()})`;
  if (/No matching distribution|from versions: none/i.test(output)) {
    return `pip finds no TensorFlow ${tensorflowVersion} for this Python and system ${said}: use Python 3.10 to 3.13 on Linux with glibc (x86-64 or arm64) or on a Mac with Apple silicon, and check that the package index can be reached.`;
  }
  if (/DO NOT MATCH THE HASHES/i.test(output))
    return `pip got another file than the TensorFlow ${tensorflowVersion} of Python's package index; check which index pip uses (pip config list).`;
  if (/No space left|ENOSPC/i.test(output))
    return `The disk is full ${said}: make room, or set SECATEUR_CACHE to a folder on another disk.`;
  return `pip could not install TensorFlow ${said}.`;
}

function librariesIn(site: string): TensorFlowLibrary | null {
  const folder = join(site, "tensorflow");
  if (!existsSync(join(folder, "include")) || !existsSync(join(folder, libraryName("tensorflow_cc"))))
    return null;
  const metadata = readdirSync(site).find(
    (name) => name.endsWith(".dist-info") && name.startsWith("tensorflow"),
  );
  const version = metadata?.replace(/^.*?-|\.dist-info$/g, "") ?? "unknown";
  const nvidia = join(site, "nvidia");
  const cudaFolders = existsSync(nvidia)
    ? readdirSync(nvidia)
        .map((name) => join(nvidia, name, "lib"))
        .filter((path) => existsSync(path))
    : [];
  return { version, folder, cudaFolders };
}

/** `libtensorflow_cc.so.2`, or `.2.dylib` on a Mac. */
export function libraryName(name: string): string {
  return process.platform === "darwin" ? `lib${name}.2.dylib` : `lib${name}.so.2`;
}
