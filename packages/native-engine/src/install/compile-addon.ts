/**
 * Compiles tfjs-node's addon against a current TensorFlow. Its sources are in its npm package and use only the stable C
 * interfaces of TensorFlow and Node, so one call of the compiler is enough, without node-gyp and Node's headers.
 */
import { createHash } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { cacheFolder, fillFolder } from "./cache.ts";
import { after } from "./duration.ts";
import { MissingPieceError, NativeEngineError } from "./problem.ts";
import { findCommand, runCommand } from "./run-command.ts";
import { libraryName, type TensorFlowLibrary } from "./tensorflow-wheel.ts";

export const addonName = "tfjs_binding.node";

const require = createRequire(import.meta.url);

/** Headers of Node's stable interface, the same for all versions of Node. */
const nodeHeaders = join(dirname(require.resolve("node-api-headers/package.json")), "include");

/** The folder of the package as seen from a project; null where it is not installed. */
export function findPackage(project: string, packageName: string): string | null {
  // Not `require.resolve`, which also looks in NODE_PATH.
  for (let folder = resolve(project); ; folder = dirname(folder)) {
    const found = join(folder, "node_modules", packageName);
    if (existsSync(join(found, "package.json"))) return realpathSync(found);
    if (folder === dirname(folder)) return null;
  }
}

/** @throws MissingPieceError where the package is not installed. */
export function packageFolder(project: string, packageName: string): string {
  const found = findPackage(project, packageName);
  if (found !== null) return found;
  throw new MissingPieceError(
    `${packageName} is not installed in ${project}: run \`npm install --ignore-scripts ${packageName}@4.22.0\` there; its own install script is not needed.`,
  );
}

/**
 * From the cache, or compiled.
 *
 * @param anew - Compile it even if it is in the cache.
 * @returns the addon's path in the cache.
 */
export async function provideAddon(
  tfjsNode: string,
  library: TensorFlowLibrary,
  anew: boolean,
  say: (line: string) => void,
): Promise<string> {
  const { version } = require(join(tfjsNode, "package.json")) as { version: string };
  const kind = library.cudaFolders.length > 0 ? "gpu" : "cpu";
  // The addon contains the library's path, so another cache folder needs another addon.
  const place = createHash("sha256").update(library.folder).digest("hex").slice(0, 8);
  const name = `addon-${version}-tensorflow-${library.version}-${kind}-${process.platform}-${process.arch}-${place}`;
  const folder = join(cacheFolder(), name);
  const addon = join(folder, addonName);
  if (existsSync(addon) && !anew) {
    say("Its addon is in the cache.");
    return addon;
  }
  const [compiler, ...first] = await findCompiler();
  const startedAt = performance.now();
  say(`Compiling the addon with ${compiler} …`);
  await fillFolder(folder, async (temporary) => {
    const args = [...first, ...compilerArguments(tfjsNode, library, join(temporary, addonName))];
    const { code, output } = await runCommand(compiler, args);
    if (code === 0) return;
    const reason =
      output.split("\n").find((line) => /error/i.test(line)) ?? output.trim().split("\n").at(-1) ?? "";
    throw new NativeEngineError(`${compiler} could not compile the addon (${reason.trim()}).`);
  });
  say(`Compiled${after(startedAt)}.`);
  return addon;
}

async function findCompiler(): Promise<readonly [command: string, ...args: string[]]> {
  const [command, ...args] = (process.env["CXX"] ?? "").split(/\s+/).filter(Boolean); // `ccache g++`
  const chosen = command === undefined ? [] : [[command, ...args] as const];
  const found = await findCommand([...chosen, ["c++"], ["g++"], ["clang++"]]);
  if (found !== null) return found;
  throw new MissingPieceError(
    "The addon has to be compiled, and there is no C++ compiler here: install one (Debian: apt install g++; Mac: xcode-select --install), or name one in CXX.",
  );
}

function compilerArguments(tfjsNode: string, library: TensorFlowLibrary, output: string): readonly string[] {
  const runtimeFolders = [library.folder, ...library.cudaFolders];
  const sources = ["tfjs_backend.cc", "tfjs_binding.cc"].map((name) => join(tfjsNode, "binding", name));
  const libraries = ["tensorflow_cc", "tensorflow_framework"].map((name) =>
    join(library.folder, libraryName(name)),
  );
  return [
    ..."-O2 -std=c++17 -fPIC -shared -DNAPI_VERSION=8 -DBUILDING_NODE_EXTENSION".split(" "),
    ...(process.platform === "darwin" ? ["-undefined", "dynamic_lookup"] : []),
    `-I${nodeHeaders}`,
    `-I${join(library.folder, "include")}`,
    ...sources,
    ...libraries,
    // Not -Wl, which would split a path at its commas.
    ...runtimeFolders.flatMap((folder) => ["-Xlinker", "-rpath", "-Xlinker", folder]),
    "-o",
    output,
  ];
}
