/** Installs one engine in the quickest way that works. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gpusAreHidden } from "../hidden-gpus.ts";
import { runSelfTest } from "../self-test/run-self-test.ts";
import { findPackage, packageFolder, provideAddon } from "./compile-addon.ts";
import { after } from "./duration.ts";
import { installAddon } from "./install-addon.ts";
import { installPrebuilt } from "./prebuilt.ts";
import { MissingPieceError, NativeEngineError } from "./problem.ts";
import { provideTensorFlow } from "./tensorflow-wheel.ts";
import { tryPackage } from "./try-package.ts";

export interface EngineRequest {
  readonly gpu: boolean;
  /** The folder of the project that has tfjs-node installed; null for what this package uses, or else the working directory's. */
  readonly project: string | null;
  /** Compile the addon even if an engine works already. */
  readonly force: boolean;
}

type Say = (line: string) => void;

/** The result of trying an engine, as a clause: what is wrong, or what works. */
type Outcome = { readonly problem: string } | { readonly success: string };

const thisPackage = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Takes an engine that works already; else the package's own download; else TensorFlow by pip, with the addon compiled
 * against it.
 *
 * @throws MissingPieceError when the machine lacks something; NativeEngineError when the engine that was built does not work.
 */
export async function provideEngine(request: EngineRequest, say: Say): Promise<void> {
  const startedAt = performance.now();
  const { gpu, project, force } = request;
  requireSupport(request);
  const packageName = `@tensorflow/tfjs-node${gpu ? "-gpu" : ""}`;
  const own = project === null ? findPackage(thisPackage, packageName) : null;
  const tfjsNode = own ?? packageFolder(project ?? process.cwd(), packageName);
  const attempt = (): Promise<Outcome> =>
    own !== null ? tryHere(gpu ? "tensorflow-gpu" : "tensorflow") : tryThere(tfjsNode);
  if (!force) {
    const present = await attempt();
    if ("success" in present) return say(`${packageName} works already: ${present.success}.`);
    const prebuilt = await providePrebuilt(tfjsNode, gpu, say, attempt);
    if (prebuilt !== null)
      return say(`The package's own TensorFlow is ready${after(startedAt)}: ${prebuilt}.`);
  }
  const library = await provideTensorFlow(gpu, say);
  installAddon(await provideAddon(tfjsNode, library, force, say), tfjsNode);
  say("Trying it …");
  const outcome = await attempt();
  if ("problem" in outcome) throw new NativeEngineError(`The engine was built, but ${outcome.problem}.`);
  say(`TensorFlow ${library.version} is ready${after(startedAt)}: ${outcome.success}.`);
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
  // Checked before gigabytes are downloaded. The second device is that of the Windows Subsystem for Linux.
  const isNeeded = !force && !gpusAreHidden();
  if (gpu && isNeeded && !existsSync("/dev/nvidiactl") && !existsSync("/dev/dxg")) {
    throw new MissingPieceError(
      "There is no NVIDIA GPU here, or its driver is not installed: install the driver, leave --gpu out, or set CUDA_VISIBLE_DEVICES=-1 to build the engine and try it on the processor.",
    );
  }
}

/** @returns What works, or null. */
async function providePrebuilt(
  tfjsNode: string,
  gpu: boolean,
  say: Say,
  attempt: () => Promise<Outcome>,
): Promise<string | null> {
  say("Trying the package's own download …");
  if (!(await installPrebuilt(tfjsNode, gpu))) {
    say("It is not available here.");
    return null;
  }
  const outcome = await attempt();
  if ("success" in outcome) return outcome.success;
  say(`It was fetched, but ${outcome.problem}.`);
  return null;
}

async function tryHere(engine: "tensorflow" | "tensorflow-gpu"): Promise<Outcome> {
  const result = await runSelfTest(engine);
  if ("reason" in result) return { problem: `it does not run: ${result.reason.replace(/\.$/, "")}` };
  const wrong = result.checks.filter(({ problem }) => problem !== null);
  if (wrong.length > 0) {
    const list = wrong.map(({ name, problem }) => `${name} (${problem})`).join(", ");
    return { problem: `it computes wrongly: ${list}` };
  }
  const settings = Object.entries(result.workaround).map(([name, value]) => `${name}=${value}`);
  const note = settings.length > 0 ? `, with ${settings.join(" ")}, which is set for it` : "";
  return { success: `it passes all ${result.checks.length} checks${note}` };
}

async function tryThere(tfjsNode: string): Promise<Outcome> {
  const problem = await tryPackage(tfjsNode);
  return problem === null ? { success: "it loads and computes" } : { problem: `it does not run: ${problem}` };
}
