/** The engine that tests run on: wasm, or the one that SECATEUR_TEST_ENGINE names. */
import type { NativeEngineName } from "@secateur/native-engine";

export const testEngine: NativeEngineName = (process.env["SECATEUR_TEST_ENGINE"] ??
  "wasm") as NativeEngineName;

/** tfjs's name of that engine's backend; both native engines have the same. */
export const testBackend: string = testEngine.replace("-gpu", "");
