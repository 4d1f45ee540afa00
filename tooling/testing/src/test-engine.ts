/** The engine that tests run on: wasm, or the one that SECATEUR_TEST_ENGINE names. */
import type { EngineName } from "@secateur/backend";

export const testEngine: EngineName = (process.env["SECATEUR_TEST_ENGINE"] ?? "wasm") as EngineName;

/** tfjs's name of that engine's backend; both native engines have the same. */
export const testBackend: string = testEngine.replace("-gpu", "");
