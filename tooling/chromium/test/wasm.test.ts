/** The wasm engine in pages that are cross-origin isolated, and so have threads: as written, and minified. */
import fs from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildPage, findChromium, runInChromium } from "../src/index.ts";

const chromium = findChromium("the wasm engine in pages that are cross-origin isolated") ?? "";
const entry = fileURLToPath(new URL("pages/wasm.ts", import.meta.url));

describe.skipIf(chromium === "").each([
  { minify: false, device: "CPU, WebAssembly" },
  { minify: true, device: "CPU, WebAssembly; its threads do not start in this bundle" },
])("a bundle, minified: $minify", { timeout: 60_000 }, ({ minify, device }) => {
  let folder: string;
  beforeAll(async () => {
    folder = await buildPage(entry, { minify });
  });
  afterAll(() => fs.rm(folder, { recursive: true, force: true }));

  it("starts, without threads where tfjs's cannot start", async () => {
    const outcome = await runInChromium(chromium, folder, { isIsolated: true });
    expect(outcome).toEqual({ device, problems: [], isIsolated: true });
  });

  it("starts without threads on request, after a start that failed", async () => {
    const parameters = { threads: "1", wrongFirst: "yes" };
    const outcome = await runInChromium(chromium, folder, { isIsolated: true, parameters });
    const problem = expect.stringMatching(/^Engine "wasm" cannot be used: tfjs could not initialise/);
    expect(outcome).toEqual({ device: "CPU, WebAssembly", problems: [problem], isIsolated: true });
  });
});
