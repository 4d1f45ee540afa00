// The trial of an engine in another process, and what is remembered of it.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { trust } from "../src/engines/native-addon.ts";
import { runChecks, tryEngine } from "../src/self-test/index.ts";
import { loaderOptions } from "../src/self-test/loader-options.ts";
import { recallVerdict, rememberVerdict } from "../src/self-test/verdicts.ts";

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

describe("the trial", () => {
  it("of wasm passes", async () => {
    const trial = await tryEngine("wasm", { execArgv });
    expect(trial).toMatchObject({
      outcome: "passed",
      device: { threads: 1, library: null },
      workaround: {},
    });
  });

  it("survives an engine that takes its process down, and says where", async () => {
    const trial = await tryEngine("wasm", { program: fixture("crash.mjs") });
    expect(trial).toEqual({
      outcome: "crashed",
      reason: "it ended the process (SIGFPE) while a large convolution",
    });
  });

  it("finds the setting with which it does not crash", async () => {
    const trial = await tryEngine("tensorflow", { program: fixture("crash-with-onednn.mjs") });
    expect(trial).toMatchObject({ outcome: "passed", workaround: { TF_ENABLE_ONEDNN_OPTS: "0" } });
  });

  it("does not try again what was not killed", async () => {
    const trial = await tryEngine("tensorflow", { program: fixture("exit.mjs") });
    expect(trial).toEqual({
      outcome: "crashed",
      reason: "it ended the process (code 7) while starting",
    });
  });

  it("of a bundled program says why there is none", async () => {
    const trial = await tryEngine("wasm", { program: fixture("not-there.mjs") });
    expect(trial).toMatchObject({ outcome: "unavailable", reason: expect.stringMatching(/is bundled/) });
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
    const trial = await tryEngine("wasm", { program: fixture("hang.mjs"), timeoutMs: 500 });
    expect(trial).toEqual({ outcome: "crashed", reason: "it did not answer for 0.5 s (starting)" });
  });

  it("passes on why one does not start", async () => {
    const trial = await tryEngine("webgpu", { execArgv });
    expect(trial).toMatchObject({ outcome: "unavailable", reason: expect.stringMatching(/no WebGPU here/) });
  });
});

describe("verdicts", () => {
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
  const verdict = { problem: null, workaround: { TF_ENABLE_ONEDNN_OPTS: "0" } };

  it("are remembered for one build of one addon", () => {
    const [addon, other] = [join(folder, "a.node"), join(folder, "b.node")];
    writeFileSync(addon, "one");
    writeFileSync(other, "two");
    expect(recallVerdict(addon)).toBeUndefined();
    rememberVerdict(addon, verdict);
    expect(recallVerdict(addon)).toEqual(verdict);
    expect(recallVerdict(other)).toBeUndefined();
    writeFileSync(addon, "another build");
    expect(recallVerdict(addon)).toBeUndefined();
  });

  it("of a damaged file are none, and it is replaced", () => {
    const addon = join(folder, "a.node");
    writeFileSync(addon, "one");
    writeFileSync(join(folder, "engine-verdicts.json"), "{ half");
    expect(recallVerdict(addon)).toBeUndefined();
    rememberVerdict(addon, verdict);
    expect(recallVerdict(addon)).toEqual(verdict);
  });

  it.each([
    ["null", "null"],
    ["a list", "[1]"],
    ["another shape", "{ KEY: 7 }"],
    ["another setting", '{ KEY: { "problem": null, "workaround": { "LD_PRELOAD": "x" } } }'],
  ])("are not believed when the file holds %s", (_, content) => {
    const addon = join(folder, "a.node");
    writeFileSync(addon, "one");
    rememberVerdict(addon, verdict);
    const file = join(folder, "engine-verdicts.json");
    const key = Object.keys(JSON.parse(readFileSync(file, "utf8")))[0];
    writeFileSync(file, content.replace("KEY", JSON.stringify(key)));
    expect(recallVerdict(addon)).toBeUndefined();
    rememberVerdict(addon, verdict);
    expect(recallVerdict(addon)).toEqual(verdict);
  });

  describe("decide whether an addon is loaded,", () => {
    const variables = ["SECATEUR_TRIAL", "TF_ENABLE_ONEDNN_OPTS"] as const;
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
      rememberVerdict(addon, verdict);
      expect(await trust("tensorflow", addon)).toBe(", with TF_ENABLE_ONEDNN_OPTS=0");
      expect(process.env["TF_ENABLE_ONEDNN_OPTS"]).toBe("0");
    });

    it("or say why it is not", async () => {
      const addon = join(folder, "a.node");
      writeFileSync(addon, "one");
      rememberVerdict(addon, { problem: "it computes wrongly: relu", workaround: {} });
      await expect(trust("tensorflow", addon)).rejects.toThrow(/^it computes wrongly: relu$/);
    });
  });

  it("that cannot be written are no error", () => {
    const addon = join(folder, "a.node");
    writeFileSync(addon, "one");
    process.env["SECATEUR_CACHE"] = join(addon, "no folder");
    expect(() => rememberVerdict(addon, verdict)).not.toThrow();
  });
});
