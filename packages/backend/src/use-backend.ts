/** Chooses an engine, makes it tfjs's current backend and reports which one it is and why. */
import * as tf from "@tensorflow/tfjs-core";
import { EngineUnavailableError } from "./engine-unavailable-error.ts";
import type { Engine, EngineDevice, StartOptions } from "./engines/engine.ts";
import { portableEngines } from "./engines/portable-engines.ts";
import { setCapabilities } from "./ops/engine-capabilities.ts";
import { requireTestedTfjs } from "./ops/tfjs-version.ts";

/** One engine that was tried. */
export interface EngineAttempt<Name extends string = string> {
  readonly engine: Name;
  readonly usable: boolean;
  /** Why it cannot be used, or "in use". */
  readonly reason: string;
}

export interface EngineReport<Name extends string = string> extends EngineDevice {
  readonly engine: Name;
  /** In the order they were tried; the last one is the engine in use. */
  readonly tried: readonly EngineAttempt<Name>[];
}

type Engines<Name extends string> = Readonly<Record<Name, Engine>>;

export interface BackendOptions<Name extends string> extends StartOptions {
  /** The engines to choose from, best first. Default `portableEngines`; Node can have `nativeEngines`. */
  readonly engines?: Engines<Name>;
}

/**
 * Makes an engine tfjs's current backend. May be called again at any time.
 *
 * @param name - A name in `engines`, or `auto`: the first usable engine with `isAutomatic`.
 * @throws EngineUnavailableError when the named engine, or with `auto` every engine, cannot be used.
 * @throws UnsupportedTfjsVersionError if the installed tfjs has a different minor version from the tested one.
 *
 * @example
 * await useBackend("auto");
 * await useBackend("auto", { engines: nativeEngines }); // import from @secateur/native-engine
 * await useBackend("wasm", { wasmPaths: "/assets/" });
 */
export async function useBackend<Name extends string = keyof typeof portableEngines>(
  name: NoInfer<Name> | "auto" = "auto",
  { engines = portableEngines as Engines<string> as Engines<Name>, ...options }: BackendOptions<Name> = {},
): Promise<EngineReport<Name>> {
  requireTestedTfjs();
  const names = Object.keys(engines) as Name[];
  const candidates = names.filter((engine) =>
    name === "auto" ? engines[engine].isAutomatic : engine === name,
  );
  if (candidates.length === 0) throw noCandidate(name, names);
  const outcome = await startFirstUsable(engines, candidates, options);
  if (!Array.isArray(outcome)) return outcome;
  const reason = outcome
    .map((attempt) => `${name === "auto" ? `${attempt.engine}: ` : ""}${attempt.reason}`)
    .join(", ");
  const last = candidates.at(-1) as Name;
  throw new EngineUnavailableError(name, reason, engines[last].remedy);
}

/** @returns The attempts where none can be used. */
async function startFirstUsable<Name extends string>(
  engines: Engines<Name>,
  candidates: readonly Name[],
  options: StartOptions,
): Promise<EngineReport<Name> | EngineAttempt<Name>[]> {
  const tried: EngineAttempt<Name>[] = [];
  for (const engine of candidates) {
    try {
      const { device, capabilities } = await engines[engine].start(options);
      setCapabilities(tf.getBackend(), capabilities);
      tried.push({ engine, usable: true, reason: "in use" });
      return { engine, ...device, tried };
    } catch (error) {
      tried.push({ engine, usable: false, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return tried;
}

function noCandidate(name: string, names: readonly string[]): EngineUnavailableError {
  if (name === "auto") {
    const remedy =
      names.length === 0 ? "pass at least one engine" : `choose one of ${names.join(", ")} by name`;
    return new EngineUnavailableError(name, "none of the engines is automatic", remedy);
  }
  const native = name.startsWith("tensorflow")
    ? ", or pass `engines: nativeEngines` of @secateur/native-engine"
    : "";
  const remedy = `choose one of ${["auto", ...names].join(", ")}${native}`;
  return new EngineUnavailableError(name, "no engine has that name", remedy);
}
