import { readFile } from "node:fs/promises";
import { describeEngine, EngineUnavailableError, useBackend } from "@secateur/backend";
import { nativeEngineNames, nativeEngines } from "@secateur/native-engine";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, expect, it, vi } from "vitest";
import { gpusAreHidden } from "../src/hidden-gpus.ts";
import { findAddon } from "../src/native-addon.ts";
import { runSelfTest } from "../src/self-test/run-self-test.ts";

const hasAddon = (packageName: string): boolean => {
  try {
    return findAddon(packageName) !== "";
  } catch {
    return false;
  }
};
const execArgv = ["--import", "tsx", "--conditions=@secateur/source"];
const hasTensorFlow = hasAddon("@tensorflow/tfjs-node");

afterEach(async () => {
  await useBackend("wasm");
});

it("auto prefers native TensorFlow", () => {
  expect(Object.keys(nativeEngines)).toEqual([...nativeEngineNames]);
  expect(nativeEngineNames.filter((name) => nativeEngines[name].isAutomatic)).toEqual([
    "tensorflow-gpu",
    "tensorflow",
    "wasm",
  ]);
});

it.skipIf(hasTensorFlow)("auto passes over what is missing, never falls to cpu, and says why", async () => {
  const report = await useBackend("auto", { engines: nativeEngines });
  expect(report.tried.map(({ engine, usable }) => [engine, usable])).toEqual([
    ["tensorflow-gpu", false],
    ["tensorflow", false],
    ["wasm", true],
  ]);
  expect(describeEngine(report)).toBe(
    "Engine: wasm 4.22.0 (CPU, WebAssembly, 1 thread)\n" +
      "Not used: tensorflow-gpu (@tensorflow/tfjs-node-gpu is installed without its native part), tensorflow (@tensorflow/tfjs-node is installed without its native part)",
  );
});

it.skipIf(hasTensorFlow)("a missing engine is one clear sentence, and the former stays", async () => {
  const start = (): Promise<unknown> => useBackend("tensorflow", { engines: nativeEngines });
  await expect(start()).rejects.toThrow(EngineUnavailableError);
  await expect(start()).rejects.toThrow(
    'Engine "tensorflow" cannot be used: @tensorflow/tfjs-node is installed without its native part; ' +
      "run `npm install --ignore-scripts @tensorflow/tfjs-node@4.22.0` and `npx secateur engine:native`, or choose wasm.",
  );
  expect(tf.getBackend()).toBe("wasm");
});

it.runIf(hasTensorFlow)("auto takes native TensorFlow where it works", async () => {
  const report = await useBackend("auto", { engines: nativeEngines });
  expect(report).toMatchObject({ engine: "tensorflow", version: "4.22.0" });
  expect(tf.getBackend()).toBe("tensorflow");
});

it.each([
  [undefined, false],
  ["0", false],
  ["1,0", false],
  ["0,-1", false],
  ["-1", true],
  ["", true],
])("CUDA_VISIBLE_DEVICES=%s hides all GPUs: %s", (devices, hidden) => {
  expect(gpusAreHidden(devices === undefined ? {} : { CUDA_VISIBLE_DEVICES: devices })).toBe(hidden);
});

it.runIf(hasAddon("@tensorflow/tfjs-node-gpu"))(
  "the GPU's build of TensorFlow computes correctly on the processor, with all GPUs hidden",
  { timeout: 300_000 },
  async () => {
    vi.stubEnv("CUDA_VISIBLE_DEVICES", "-1");
    const result = await runSelfTest("tensorflow-gpu", { execArgv });
    expect(result).toMatchObject({ outcome: "passed" });
    if (result.outcome === "passed")
      expect(result.device.device).toContain("CPU, GPUs hidden by CUDA_VISIBLE_DEVICES");
    vi.unstubAllEnvs();
  },
);

it("the README shows the example as it is", async () => {
  const text = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), "utf8");
  expect(await text("../README.md")).toContain(await text("../examples/train-on-native-tensorflow.ts"));
});
