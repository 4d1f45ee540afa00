import {
  describeEngine,
  type EngineName,
  EngineUnavailableError,
  registerTrainingKernels,
  useBackend,
} from "@secateur/backend";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, describe, expect, it } from "vitest";

const isInstalled = async (packageName: string): Promise<boolean> => {
  try {
    await import(packageName);
    return true;
  } catch {
    return false;
  }
};
const hasTensorFlow = await isInstalled("@tensorflow/tfjs-node");

afterEach(async () => {
  await useBackend("wasm");
});

describe("useBackend", () => {
  it("makes a named engine tfjs's backend and reports it", async () => {
    const report = await useBackend("wasm");
    expect(tf.getBackend()).toBe("wasm");
    expect(report).toMatchObject({ engine: "wasm", version: "4.22.0", device: "CPU, WebAssembly" });
    expect(report.tried).toEqual([{ engine: "wasm", usable: true, reason: "in use" }]);
    expect(report.threads).toBeGreaterThanOrEqual(1);
  });

  it.skipIf(hasTensorFlow)("auto passes over what is missing, never falls to cpu, and says why", async () => {
    const report = await useBackend();
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

  it("gives cpu on request", async () => {
    const report = await useBackend("cpu");
    expect(tf.getBackend()).toBe("cpu");
    expect(describeEngine(report)).toBe("Engine: cpu 4.22.0 (CPU, plain JavaScript, 1 thread)");
  });

  it.skipIf(hasTensorFlow)("a missing engine is one clear sentence, and the former stays", async () => {
    await expect(useBackend("tensorflow")).rejects.toThrow(EngineUnavailableError);
    await expect(useBackend("tensorflow")).rejects.toThrow(
      'Engine "tensorflow" cannot be used: @tensorflow/tfjs-node is installed without its native part; ' +
        "install @tensorflow/tfjs-node 4.22 and run `pnpm engine:native` of Secateur, or choose wasm.",
    );
    expect(tf.getBackend()).toBe("wasm");
  });

  it("webgpu without a GPU says so", async () => {
    await expect(useBackend("webgpu")).rejects.toThrow(/there is no WebGPU here/);
  });

  it("an unknown name lists the known ones", async () => {
    await expect(useBackend("gpu" as EngineName)).rejects.toThrow(
      /no engine has that name; choose one of auto,/,
    );
  });

  it("may be called again: no kernel is registered twice", async () => {
    const before = tf.getKernelsForBackend("wasm").length;
    const matMul = tf.getKernel("BatchMatMul", "wasm");
    await useBackend("wasm");
    await registerTrainingKernels();
    expect(tf.getKernelsForBackend("wasm").length).toBe(before);
    expect(tf.getKernel("BatchMatMul", "wasm")).toBe(matMul);
  });

  it("registering on another backend is refused", async () => {
    await useBackend("cpu");
    await expect(registerTrainingKernels()).rejects.toThrow('"cpu" is current');
  });
});
