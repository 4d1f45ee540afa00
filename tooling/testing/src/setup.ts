/** Runs before every test file: the wasm engine, the `toBeAllClose` matcher, and the leak guard. */
import { useBackend } from "@secateur/backend";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, beforeEach, expect } from "vitest";
import { toBeAllClose } from "./all-close.ts";

expect.extend({ toBeAllClose });

beforeAll(async () => {
  if (tf.engine().backendName !== "wasm") await useBackend("wasm");
});

let tensorsBefore = 0;
beforeEach(() => {
  tensorsBefore = tf.memory().numTensors;
});

/** Every test gives back the tensors it makes. Runs after the test file's own afterEach. */
afterEach(({ task }) => {
  const leaked = tf.memory().numTensors - tensorsBefore;
  if (leaked > 0 && task.result?.state !== "fail") throw new Error(`${leaked} tensors were not disposed`);
});
