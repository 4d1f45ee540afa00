/** The native part of tfjs-node and tfjs-node-gpu: where it is, and whether it works here. */
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { EngineStartError } from "@secateur/backend/engine";
import { type CachedResult, cacheResult, readCachedResult } from "./self-test/cached-results.ts";
import { runSelfTest, type SelfTestResult, skipVariable } from "./self-test/run-self-test.ts";

/** @returns The path of the package's addon. Throws EngineStartError when the package or its addon is missing. */
export function findAddon(packageName: string): string {
  const library = join(packageFolder(packageName), "lib");
  const [addon] = (existsSync(library) ? readdirSync(library) : [])
    .map((name) => join(library, name, "tfjs_binding.node"))
    .filter((path) => existsSync(path));
  if (addon === undefined) throw new EngineStartError(`${packageName} is installed without its native part`);
  return addon;
}

function packageFolder(packageName: string): string {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`));
  } catch {
    throw new EngineStartError(`${packageName} is not installed`);
  }
}

/**
 * A crash in native code ends the process, so the engine's self-test runs in a child process first. A passed test is
 * cached for each build on each machine. Sets the environment variables that the engine needs here.
 *
 * @returns A note about these variables, or an empty text.
 * @throws EngineStartError when the engine crashes or computes wrongly.
 */
export async function requireWorkingAddon(
  engine: "tensorflow" | "tensorflow-gpu",
  addon: string,
): Promise<string> {
  if (process.env[skipVariable] !== undefined) return "";
  const result = readCachedResult(addon) ?? summarise(await runSelfTest(engine));
  if (result.problem !== null) throw new EngineStartError(result.problem);
  cacheResult(addon, result);
  Object.assign(process.env, result.workaround);
  const settings = Object.entries(result.workaround).map(([name, value]) => `${name}=${value}`);
  return settings.length === 0 ? "" : `, with ${settings.join(" ")}`;
}

function summarise(result: SelfTestResult): CachedResult {
  if ("reason" in result) return { problem: result.reason, workaround: {} };
  if (result.outcome === "passed") return { problem: null, workaround: result.workaround };
  const wrong = result.checks.find(({ problem }) => problem !== null);
  return { problem: `it computes wrongly: ${wrong?.name} (${wrong?.problem})`, workaround: {} };
}
