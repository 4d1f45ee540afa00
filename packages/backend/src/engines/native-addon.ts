// The native part of tfjs-node and tfjs-node-gpu: where it is, and whether it can be trusted with this process.

import { EngineStartError } from "./engine-recipe.ts";

/** The path of the package's compiled addon. Throws EngineStartError when the package or its addon is not there. */
export const findAddon = async (packageName: string): Promise<string> => {
  const [{ createRequire }, { existsSync, readdirSync }, { dirname, join }] = await Promise.all([
    import("node:module"),
    import("node:fs"),
    import("node:path"),
  ]);
  let folder: string;
  try {
    folder = dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`));
  } catch {
    throw new EngineStartError(`${packageName} is not installed`);
  }
  const library = join(folder, "lib");
  const addons = (existsSync(library) ? readdirSync(library) : [])
    .map((name) => join(library, name, "tfjs_binding.node"))
    .filter((path) => existsSync(path));
  const [addon] = addons;
  if (addon === undefined) throw new EngineStartError(`${packageName} is installed without its native part`);
  return addon;
};

/**
 * Native code that crashes takes the process with it, so it is tried in another one first: once for each build on each
 * machine where that goes well. Sets environment variables that it was found to need.
 *
 * @returns A note for people where it needs some.
 */
export const trust = async (engine: "tensorflow" | "tensorflow-gpu", addon: string): Promise<string> => {
  const [{ recallVerdict, rememberVerdict }, { trialVariable, tryEngine }] = await Promise.all([
    import("../self-test/verdicts.ts"),
    import("../self-test/trial.ts"),
  ]);
  if (process.env[trialVariable] !== undefined) return "";
  const known = recallVerdict(addon) ?? verdictOf(await tryEngine(engine));
  if (known.problem !== null) throw new EngineStartError(known.problem);
  rememberVerdict(addon, known);
  Object.assign(process.env, known.workaround);
  const settings = Object.entries(known.workaround).map(([name, value]) => `${name}=${value}`);
  return settings.length === 0 ? "" : `, with ${settings.join(" ")}`;
};

type Trial = Awaited<ReturnType<typeof import("../self-test/trial.ts").tryEngine>>;
type Verdict = import("../self-test/verdicts.ts").Verdict;

const verdictOf = (trial: Trial): Verdict => {
  if ("reason" in trial) return { problem: trial.reason, workaround: {} };
  if (trial.outcome === "passed") return { problem: null, workaround: trial.workaround };
  const wrong = trial.checks.find(({ problem }) => problem !== null);
  return { problem: `it computes wrongly: ${wrong?.name} (${wrong?.problem})`, workaround: {} };
};
