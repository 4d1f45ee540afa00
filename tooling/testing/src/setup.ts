/**
 * Runs before every test file: the engine (wasm, or the one in SECATEUR_TEST_ENGINE), the `toBeAllClose` matcher, the
 * seed of property tests and the leak guard. Files share a process and its modules, so whatever a file did to the engine
 * is undone here.
 */
import { useBackend } from "@secateur/backend";
import { nativeEngines } from "@secateur/native-engine";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, beforeEach, expect } from "vitest";
import { toBeAllClose } from "./all-close.ts";
import { checkTensors, countTensors } from "./leak-guard.ts";
import { seedProperties } from "./property-seed.ts";
import { testBackend, testEngine } from "./test-engine.ts";

expect.extend({ toBeAllClose });
seedProperties(process.env["SECATEUR_PROPERTY_SEED"]);

// `engine:doctor` and tests of native-engine run the self-test; other test processes do not.
process.env["SECATEUR_SKIP_SELF_TEST"] = "1";

beforeAll(async () => {
  if (tf.engine().backendName !== testBackend) await useBackend(testEngine, { engines: nativeEngines });
});

beforeEach(({ task }) => countTensors(task));

/** Runs after the test file's own afterEach. */
afterEach(({ task }) => checkTensors(task));
