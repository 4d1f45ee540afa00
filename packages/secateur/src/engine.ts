/** Starts the engine that computes: native TensorFlow where it is installed, WebAssembly otherwise. */
import { describeEngine, type EngineReport, useBackend } from "@secateur/backend";
import { oneOf } from "@secateur/command-line";
import { type NativeEngineName, nativeEngineNames, nativeEngines } from "@secateur/native-engine";
import type { z } from "zod";

export type EngineName = NativeEngineName | "auto";

export const engineSchema: z.ZodType<EngineName> = oneOf(["auto", ...nativeEngineNames]);

/** @throws EngineUnavailableError where the engine cannot be used. */
export async function startEngine(name: EngineName): Promise<EngineReport<NativeEngineName>> {
  return await useBackend(name, { engines: nativeEngines });
}

/** One line: name, version and device. */
export function engineLine(engine: EngineReport<NativeEngineName>): string {
  return describeEngine({ ...engine, tried: [] }).replace(/^Engine: /, "");
}
