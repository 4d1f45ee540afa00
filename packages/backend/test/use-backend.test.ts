import {
  describeEngine,
  type Engine,
  EngineUnavailableError,
  type PortableEngineName,
  portableEngineNames,
  portableEngines,
  useBackend,
} from "@secateur/backend";
import { currentCapabilities, EngineStartError } from "@secateur/backend/engine";
import { compiled, reserveMemory } from "@secateur/backend/ops";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, describe, expect, it } from "vitest";

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

  it("auto is wasm among the portable engines", async () => {
    expect(describeEngine(await useBackend())).toBe("Engine: wasm 4.22.0 (CPU, WebAssembly, 1 thread)");
  });

  it("gives cpu on request", async () => {
    const report = await useBackend("cpu");
    expect(tf.getBackend()).toBe("cpu");
    expect(describeEngine(report)).toBe("Engine: cpu 4.22.0 (CPU, plain JavaScript, 1 thread)");
  });

  it.each([
    ["webgpu", "there is no WebGPU here"],
    ["webgl", "there is no WebGL here"],
  ] as const)("%s says what is missing in Node, and the former engine stays", async (name, reason) => {
    await expect(useBackend(name)).rejects.toThrow(`Engine "${name}" cannot be used: ${reason}`);
    expect(tf.getBackend()).toBe("wasm");
  });

  it("an unknown name lists the known ones, and says where the native ones are", async () => {
    await expect(useBackend("gpu" as PortableEngineName)).rejects.toThrow(
      'Engine "gpu" cannot be used: no engine has that name; choose one of auto, wasm, webgl, webgpu, cpu.',
    );
    // @ts-expect-error tensorflow is not among the portable engines
    await expect(useBackend("tensorflow")).rejects.toThrow(/nativeEngines. of @secateur\/native-engine\.$/);
  });

  it("may be called again: no kernel is registered twice", async () => {
    const before = tf.getKernelsForBackend("wasm").length;
    const matMul = tf.getKernel("BatchMatMul", "wasm");
    await useBackend("wasm");
    expect(tf.getKernelsForBackend("wasm").length).toBe(before);
    expect(tf.getKernel("BatchMatMul", "wasm")).toBe(matMul);
  });

  it("names and table are in the same order", () => {
    expect(Object.keys(portableEngines)).toEqual([...portableEngineNames]);
  });
});

describe("engines passed by value", () => {
  const broken = (reason: string): Engine => ({
    isAutomatic: true,
    remedy: "repair it",
    start: async () => {
      throw new EngineStartError(reason);
    },
  });

  it("auto tries them in order, only the automatic ones", async () => {
    const { cpu } = portableEngines;
    const engines = { first: broken("no power"), manual: cpu, last: { ...cpu, isAutomatic: true } };
    const report = await useBackend("auto", { engines });
    expect(report.tried).toEqual([
      { engine: "first", usable: false, reason: "no power" },
      { engine: "last", usable: true, reason: "in use" },
    ]);
  });

  it("where none can be used, one sentence has all reasons", async () => {
    const engines = { first: broken("no power"), second: broken("no fuel") };
    await expect(useBackend("auto", { engines })).rejects.toThrow(
      new EngineUnavailableError("auto", "first: no power, second: no fuel", "repair it"),
    );
  });

  it("get the folder of the wasm binaries", async () => {
    let given: unknown;
    const engine: Engine = {
      ...portableEngines.cpu,
      start: (options) => {
        given = options.wasmPaths;
        return portableEngines.cpu.start(options);
      },
    };
    await useBackend("mine", { engines: { mine: engine }, wasmPaths: "/assets/" });
    expect(given).toBe("/assets/");
  });

  it("bring capabilities, which count while their backend is current", async () => {
    const reserved: number[] = [];
    const engine: Engine = {
      ...portableEngines.cpu,
      start: async (options) => ({
        ...(await portableEngines.cpu.start(options)),
        capabilities: {
          compile: () => () => [tf.scalar(7)],
          reserveMemory: (bytes) => void reserved.push(bytes),
        },
      }),
    };
    const f = compiled(([x]) => [tf.neg(x as tf.Tensor)]);
    const firstValue = (): number => {
      const x = tf.scalar(1);
      const [y] = f([x]);
      const [value = Number.NaN] = y?.dataSync() ?? [];
      tf.dispose([x, y as tf.Tensor]);
      return value;
    };
    await useBackend("mine", { engines: { mine: engine } });
    reserveMemory(1);
    expect(firstValue()).toBe(7);
    await useBackend("wasm");
    reserveMemory(2);
    expect(firstValue()).toBe(-1);
    expect(reserved).toEqual([1]);
    expect(currentCapabilities().setSumReducer).toBeDefined();
    await useBackend("cpu"); // without capabilities, also for the tests that follow
    expect(currentCapabilities()).toEqual({});
  });
});
