/** An engine's self-test in a child process, and its cached result. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { requireWorkingAddon } from "../src/native-addon.ts";
import { cacheResult, readCachedResult } from "../src/self-test/cached-results.ts";
import { runChecks, runSelfTest } from "../src/self-test/index.ts";
import { loaderOptions } from "../src/self-test/loader-options.ts";

const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

/** The child runs from sources, too. */
const execArgv = ["--import", "tsx", "--conditions=@secateur/source"];

describe("the checks", () => {
  it("pass on the tested engine", async () => {
    const names: string[] = [];
    const results = await runChecks((name) => names.push(name));
    expect(results.filter(({ problem }) => problem !== null)).toEqual([]);
    expect(results.map(({ name }) => name)).toEqual(names);
  });

  it("find a kernel that computes wrongly, and one that throws", async () => {
    const backendName = tf.getBackend();
    const stock = {
      MaxPoolGrad: tf.getKernel("MaxPoolGrad", backendName),
      Relu: tf.getKernel("Relu", backendName),
    };
    const replace = (kernel: tf.KernelConfig): void => {
      tf.unregisterKernel(kernel.kernelName, backendName);
      tf.registerKernel(kernel);
    };
    replace({ ...stock.MaxPoolGrad, kernelFunc: ({ inputs }) => tf.zerosLike(inputs["input"] as tf.Tensor) });
    replace({
      ...stock.Relu,
      kernelFunc: () => {
        throw new Error("no such kernel");
      },
    });
    const results = await runChecks();
    replace(stock.MaxPoolGrad);
    replace(stock.Relu);
    const wrong = new Map(
      results.filter(({ problem }) => problem !== null).map(({ name, problem }) => [name, problem]),
    );
    expect([...wrong.keys()]).toEqual(["relu", "max pooling", "max pooling of negative values"]);
    expect(wrong.get("relu")).toMatch(/no such kernel/);
    expect(wrong.get("max pooling")).toMatch(/result 1 is off by/);
  });
});

describe("the self-test", () => {
  it("of wasm passes", async () => {
    const result = await runSelfTest("wasm", { execArgv });
    expect(result).toMatchObject({
      outcome: "passed",
      device: { threads: 1, library: null },
      workaround: {},
    });
  });

  it("survives an engine that takes its process down, and says where", async () => {
    const result = await runSelfTest("wasm", { program: fixture("crash.mjs") });
    expect(result).toEqual({
      outcome: "crashed",
      reason: "it ended the process (SIGFPE) while a large convolution",
    });
  });

  it("finds the setting with which it does not crash", async () => {
    const result = await runSelfTest("tensorflow", { program: fixture("crash-with-onednn.mjs") });
    expect(result).toMatchObject({ outcome: "passed", workaround: { TF_ENABLE_ONEDNN_OPTS: "0" } });
  });

  it("does not try again what was not killed", async () => {
    const result = await runSelfTest("tensorflow", { program: fixture("exit.mjs") });
    expect(result).toEqual({
      outcome: "crashed",
      reason: "it ended the process (code 7) while starting",
    });
  });

  it("of a bundled program says why there is none", async () => {
    const result = await runSelfTest("wasm", { program: fixture("not-there.mjs") });
    expect(result).toMatchObject({ outcome: "unavailable", reason: expect.stringMatching(/is bundled/) });
  });

  it("gives the child what loads modules, and nothing else of Node's options", () => {
    const given = [
      "--input-type=module",
      "--import",
      "tsx",
      "-e",
      "main()",
      "--inspect-brk=9229",
      "-C",
      "dev",
    ];
    expect(loaderOptions(given)).toEqual(["--import", "tsx", "-C", "dev"]);
    expect(loaderOptions(["--import=data:text/javascript,x=1", "--test", "--conditions=a", "-r"])).toEqual([
      "--import=data:text/javascript,x=1",
      "--conditions=a",
    ]);
  });

  it("ends one that hangs", async () => {
    const result = await runSelfTest("wasm", { program: fixture("hang.mjs"), timeoutMs: 500 });
    expect(result).toEqual({ outcome: "crashed", reason: "it did not answer for 0.5 s (starting)" });
  });

  it("passes on why one does not start", async () => {
    const result = await runSelfTest("tensorflow-gpu", { execArgv });
    expect(result).toMatchObject({
      outcome: "unavailable",
      reason: expect.stringMatching(/tfjs-node-gpu|no GPU/),
    });
  });
});

describe("cached results", () => {
  let folder: string;
  const former = process.env["SECATEUR_CACHE"];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "secateur-test-"));
    process.env["SECATEUR_CACHE"] = folder;
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    if (former === undefined) Reflect.deleteProperty(process.env, "SECATEUR_CACHE");
    else process.env["SECATEUR_CACHE"] = former;
  });
  const passed = { problem: null, workaround: { TF_ENABLE_ONEDNN_OPTS: "0" } };

  it("are remembered for one build of one addon", () => {
    const [addon, other] = [join(folder, "a.node"), join(folder, "b.node")];
    writeFileSync(addon, "one");
    writeFileSync(other, "two");
    expect(readCachedResult(addon)).toBeUndefined();
    cacheResult(addon, passed);
    expect(readCachedResult(addon)).toEqual(passed);
    expect(readCachedResult(other)).toBeUndefined();
    vi.stubEnv("CUDA_VISIBLE_DEVICES", "-1"); // a test on the processor says nothing about the GPU
    expect(readCachedResult(addon)).toBeUndefined();
    vi.unstubAllEnvs();
    writeFileSync(addon, "another build");
    expect(readCachedResult(addon)).toBeUndefined();
  });

  it("of a damaged file are none, and it is replaced", () => {
    const addon = join(folder, "a.node");
    writeFileSync(addon, "one");
    writeFileSync(join(folder, "engine-self-tests.json"), "{ half");
    expect(readCachedResult(addon)).toBeUndefined();
    cacheResult(addon, passed);
    expect(readCachedResult(addon)).toEqual(passed);
  });

  it.each([
    ["null", "null"],
    ["a list", "[1]"],
    ["another shape", "{ KEY: 7 }"],
    ["another setting", '{ KEY: { "problem": null, "workaround": { "LD_PRELOAD": "x" } } }'],
  ])("are not believed when the file holds %s", (_, content) => {
    const addon = join(folder, "a.node");
    writeFileSync(addon, "one");
    cacheResult(addon, passed);
    const file = join(folder, "engine-self-tests.json");
    const key = Object.keys(JSON.parse(readFileSync(file, "utf8")))[0];
    writeFileSync(file, content.replace("KEY", JSON.stringify(key)));
    expect(readCachedResult(addon)).toBeUndefined();
    cacheResult(addon, passed);
    expect(readCachedResult(addon)).toEqual(passed);
  });

  describe("decide whether an addon is loaded,", () => {
    const variables = ["SECATEUR_SKIP_SELF_TEST", "TF_ENABLE_ONEDNN_OPTS"] as const;
    const before = variables.map((name) => process.env[name]);
    beforeEach(() => {
      for (const name of variables) Reflect.deleteProperty(process.env, name);
    });
    afterEach(() => {
      for (const [i, name] of variables.entries()) {
        if (before[i] === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = before[i];
      }
    });

    it("and set what it needs", async () => {
      const addon = join(folder, "a.node");
      writeFileSync(addon, "one");
      cacheResult(addon, passed);
      expect(await requireWorkingAddon("tensorflow", addon)).toBe(", with TF_ENABLE_ONEDNN_OPTS=0");
      expect(process.env["TF_ENABLE_ONEDNN_OPTS"]).toBe("0");
    });

    it("or say why it is not", async () => {
      const addon = join(folder, "a.node");
      writeFileSync(addon, "one");
      cacheResult(addon, { problem: "it computes wrongly: relu", workaround: {} });
      await expect(requireWorkingAddon("tensorflow", addon)).rejects.toThrow(/^it computes wrongly: relu$/);
    });
  });

  it("that cannot be written are no error", () => {
    const addon = join(folder, "a.node");
    writeFileSync(addon, "one");
    process.env["SECATEUR_CACHE"] = join(addon, "no folder");
    expect(() => cacheResult(addon, passed)).not.toThrow();
  });
});
