/**
 * tfjs-node's addon, compiled against another TensorFlow than it was made for: its sources are in its npm package and
 * use only the stable C interfaces of TensorFlow and Node. One call of the compiler; no node-gyp, no headers of Node.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { cacheFolder, fillFolder } from "./cache.ts";
import { MissingPieceError, NativeEngineError } from "./problem.ts";
import { findCommand, runCommand } from "./run-command.ts";
import { libraryName, type TensorFlowLibrary } from "./tensorflow-wheel.ts";

export const addonName = "tfjs_binding.node";

const require = createRequire(import.meta.url);

/** Of the stable interface only, the same for all versions of Node. */
const nodeHeaders = join(dirname(require.resolve("node-api-headers/package.json")), "include");

/** The folder of the package as seen from a project. */
export function packageFolder(project: string, packageName: string): string {
  try {
    return dirname(createRequire(join(project, "package.json")).resolve(`${packageName}/package.json`));
  } catch {
    throw new MissingPieceError(
      `${packageName} is not installed in ${project}: add it there (version 4.22), its install script is not needed.`,
    );
  }
}

/** From the cache, or compiled. @returns the addon's path there. */
export async function provideAddon(
  tfjsNode: string,
  library: TensorFlowLibrary,
  say: (line: string) => void,
): Promise<string> {
  const { version } = require(join(tfjsNode, "package.json")) as { version: string };
  const kind = library.cudaFolders.length > 0 ? "gpu" : "cpu";
  const name = `addon-${version}-tensorflow-${library.version}-${kind}-${process.platform}-${process.arch}`;
  const folder = join(cacheFolder(), name);
  const addon = join(folder, addonName);
  if (existsSync(addon)) {
    say("Its addon is in the cache.");
    return addon;
  }
  const compiler = await findCompiler();
  say(`Compiling the addon with ${compiler} …`);
  await fillFolder(folder, async (temporary) => {
    const args = compilerArguments(tfjsNode, library, join(temporary, addonName));
    const { code, output } = await runCommand(compiler, args);
    if (code === 0) return;
    const reason =
      output.split("\n").find((line) => /error/i.test(line)) ?? output.trim().split("\n").at(-1) ?? "";
    throw new NativeEngineError(`${compiler} could not compile the addon (${reason.trim()}).`);
  });
  return addon;
}

async function findCompiler(): Promise<string> {
  const chosen = process.env["CXX"];
  const found = await findCommand([...(chosen ? [[chosen] as const] : []), ["c++"], ["g++"], ["clang++"]]);
  if (found !== null) return found[0];
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
    ...runtimeFolders.map((folder) => `-Wl,-rpath,${folder}`),
    "-o",
    output,
  ];
}
