/** The engine of a run. A run that continues uses the engine it was started on, because results differ between engines. */
import { describeEngine, type EngineReport, useBackend } from "@secateur/backend";
import type { Progress } from "@secateur/command-line";
import { type NativeEngineName, nativeEngineNames, nativeEngines } from "@secateur/native-engine";
import { z } from "zod";
import type { Log } from "../run/shared-events.ts";
import type { InputSettings } from "./input-settings.ts";

export interface EngineEvent {
  readonly type: "engine";
  readonly engine: NativeEngineName;
}

export const engineEvent: z.ZodObject<{
  type: z.ZodLiteral<"engine">;
  engine: z.ZodEnum<{ readonly [Name in NativeEngineName]: Name }>;
}> = z.object({ type: z.literal("engine"), engine: z.enum(nativeEngineNames) });

/** As much of a run's directory as an engine needs. */
interface EngineRun {
  readonly config: Pick<InputSettings, "engine">;
  readonly log: Log<EngineEvent>;
  readonly path: string;
  readonly resumed: boolean;
}

/**
 * Starts the engine, and reports it and the run's directory.
 *
 * @throws EngineUnavailableError where the engine is not available, or not any more.
 */
export async function startEngine(
  { config, log, path, resumed }: EngineRun,
  progress: Progress,
): Promise<EngineReport<NativeEngineName>> {
  const engine = await useBackend(recorded(log) ?? config.engine, { engines: nativeEngines });
  progress.log(describeEngine(engine));
  progress.log(`${resumed ? "Continuing the run in" : "Results go to"} ${path}`);
  return engine;
}

/** Call once the run's other inputs are valid: a mistake leaves an empty log. */
export function recordEngine({ engine }: EngineReport<NativeEngineName>, log: Log<EngineEvent>): void {
  if (recorded(log) === undefined) log.append({ type: "engine", engine });
}

function recorded(log: Log<EngineEvent>): NativeEngineName | undefined {
  const isEngine = (event: { readonly type: string }): event is EngineEvent => event.type === "engine";
  return log.events.find(isEngine)?.engine;
}
