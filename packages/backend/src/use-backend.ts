// Chooses a tfjs engine, makes it the current backend and tells which one it became and why.

import { type ConcreteEngine, type EngineName, engineNames } from "./engine-name.ts";
import { EngineUnavailableError } from "./engine-unavailable-error.ts";
import type { EngineDevice } from "./engines/engine-recipe.ts";
import { automaticOrder, engines } from "./engines/index.ts";

/** One engine that was tried. */
export interface EngineAttempt {
  readonly engine: ConcreteEngine;
  readonly usable: boolean;
  /** Why it cannot be used, or `in use`. */
  readonly reason: string;
}

export interface EngineReport extends EngineDevice {
  readonly engine: ConcreteEngine;
  /** In the order of trying; the last one is the engine in use. */
  readonly tried: readonly EngineAttempt[];
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const startFirstUsable = async (
  candidates: readonly ConcreteEngine[],
): Promise<EngineReport | EngineAttempt[]> => {
  const tried: EngineAttempt[] = [];
  for (const engine of candidates) {
    try {
      const device = await engines[engine].start();
      tried.push({ engine, usable: true, reason: "in use" });
      return { engine, ...device, tried };
    } catch (error) {
      tried.push({ engine, usable: false, reason: reasonOf(error) });
    }
  }
  return tried;
};

const assertKnown = (name: string): void => {
  if (!engineNames.some((known) => known === name)) {
    throw new EngineUnavailableError(
      name,
      "no engine has that name",
      `choose one of ${engineNames.join(", ")}`,
    );
  }
};

/**
 * Makes an engine tfjs's current backend. `auto` takes the first usable of tfjs-node-gpu, tfjs-node and wasm. Choosing
 * wasm also gives it the training kernels it lacks. May be called again at any time.
 *
 * @throws EngineUnavailableError when the named engine, or with `auto` every engine, cannot be used.
 *
 * @example
 * const report = await useBackend("auto");
 * console.log(describeEngine(report));
 */
export const useBackend = async (name: EngineName = "auto"): Promise<EngineReport> => {
  assertKnown(name);
  const outcome = await startFirstUsable(name === "auto" ? automaticOrder : [name]);
  if (!Array.isArray(outcome)) return outcome;
  const reason = outcome
    .map((attempt) => `${name === "auto" ? `${attempt.engine}: ` : ""}${attempt.reason}`)
    .join(", ");
  throw new EngineUnavailableError(name, reason, engines[name === "auto" ? "wasm" : name].remedy);
};
