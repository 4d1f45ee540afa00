/** Makes one engine run, by the shortest way that works. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Trial, tryEngine } from "@secateur/backend/self-test";
import { packageFolder, provideAddon } from "./compile-addon.ts";
import { after } from "./duration.ts";
import { installAddon } from "./install-addon.ts";
import { installPrebuilt } from "./prebuilt.ts";
import { MissingPieceError, NativeEngineError } from "./problem.ts";
import { provideTensorFlow } from "./tensorflow-wheel.ts";
import { tryPackage } from "./try-package.ts";

export interface EngineRequest {
  readonly gpu: boolean;
  /** The folder of the project that has tfjs-node installed; null for this repository. */
  readonly project: string | null;
  /** Compile the addon anew although there is an engine that works. */
  readonly force: boolean;
}

type Say = (line: string) => void;

/** What came of trying an engine: what is wrong, or what went well. */
type Verdict = { readonly problem: string } | { readonly praise: string };

const thisRepository = fileURLToPath(new URL("../../../packages/backend", import.meta.url));

/**
 * What is there already; else the package's own download; else TensorFlow by pip, with the addon compiled against it.
 *
 * @throws MissingPieceError when the machine lacks something; NativeEngineError when what was built does not work.
 */
export async function provideEngine(request: EngineRequest, say: Say): Promise<void> {
  const startedAt = performance.now();
  const { gpu, project, force } = request;
  requireSupport(request);
  const packageName = `@tensorflow/tfjs-node${gpu ? "-gpu" : ""}`;
  const tfjsNode = packageFolder(project ?? thisRepository, packageName);
  const attempt = (): Promise<Verdict> =>
    project === null ? tryHere(gpu ? "tensorflow-gpu" : "tensorflow") : tryThere(tfjsNode);
  if (!force) {
    const present = await attempt();
    if ("praise" in present) return say(`${packageName} works already: ${present.praise}.`);
    const own = await providePrebuilt(tfjsNode, gpu, say, attempt);
    if (own !== null) return say(`The package's own TensorFlow is ready${after(startedAt)}: ${own}.`);
  }
  const library = await provideTensorFlow(gpu, say);
  installAddon(await provideAddon(tfjsNode, library, force, say), tfjsNode);
  say("Trying it …");
  const verdict = await attempt();
  if ("problem" in verdict) throw new NativeEngineError(`The engine was built, but ${verdict.problem}.`);
  say(`TensorFlow ${library.version} is ready${after(startedAt)}: ${verdict.praise}.`);
}

function requireSupport({ gpu, force }: EngineRequest): void {
  const { platform, arch } = process;
  if (platform === "win32") {
    throw new MissingPieceError(
      "TensorFlow has no native library for Windows any more: use the Windows Subsystem for Linux, or the wasm engine.",
    );
  }
  if (gpu && (platform !== "linux" || arch !== "x64")) {
    throw new MissingPieceError(
      `TensorFlow supports GPUs only on Linux on x86-64, and this is ${platform} on ${arch}: leave --gpu out.`,
    );
  }
  // Before gigabytes are fetched. The second is the Windows Subsystem for Linux's.
  if (gpu && !force && !existsSync("/dev/nvidiactl") && !existsSync("/dev/dxg")) {
    throw new MissingPieceError(
      "There is no NVIDIA GPU here, or its driver is not installed: install the driver, leave --gpu out, or add --force to build the engine all the same.",
    );
  }
}

/** @returns what went well, or null. */
async function providePrebuilt(
  tfjsNode: string,
  gpu: boolean,
  say: Say,
  attempt: () => Promise<Verdict>,
): Promise<string | null> {
  say("Trying the package's own download …");
  if (!(await installPrebuilt(tfjsNode, gpu))) {
    say("It cannot be had here.");
    return null;
  }
  const verdict = await attempt();
  if ("praise" in verdict) return verdict.praise;
  say(`It was fetched, but ${verdict.problem}.`);
  return null;
}

async function tryHere(engine: "tensorflow" | "tensorflow-gpu"): Promise<Verdict> {
  const trial: Trial = await tryEngine(engine);
  if ("reason" in trial) return { problem: `it does not run: ${trial.reason.replace(/\.$/, "")}` };
  const wrong = trial.checks.filter(({ problem }) => problem !== null);
  if (wrong.length > 0) {
    const list = wrong.map(({ name, problem }) => `${name} (${problem})`).join(", ");
    return { problem: `it computes wrongly: ${list}` };
  }
  const settings = Object.entries(trial.workaround).map(([name, value]) => `${name}=${value}`);
  const note = settings.length > 0 ? `, with ${settings.join(" ")}, which is set for it` : "";
  return { praise: `it passes all ${trial.checks.length} checks${note}` };
}

async function tryThere(tfjsNode: string): Promise<Verdict> {
  const problem = await tryPackage(tfjsNode);
  return problem === null ? { praise: "it loads and computes" } : { problem: `it does not run: ${problem}` };
}
