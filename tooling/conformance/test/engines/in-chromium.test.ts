/** Losses, gradients, scores and plans on the engines of Chromium, against PyTorch in double precision. */
import fs from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { buildPage, findChromium, runInChromium } from "@repo/chromium";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engineNetworks } from "../../src/engines/engine-networks.ts";
import { expectNetwork, phaseOf } from "../../src/engines/expect-network.ts";
import { poolingGradient, poolings } from "../../src/engines/pooling-reference.ts";
import type { EngineOutcome } from "./page.ts";

const chromium = findChromium("the conformance of webgl, webgpu and wasm") ?? "";
const phases = JSON.stringify(Object.fromEntries(engineNetworks.map((name) => [name, phaseOf(name)])));

describe.skipIf(chromium === "")("in Chromium", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await buildPage(fileURLToPath(new URL("page.ts", import.meta.url)));
  });
  afterAll(() => fs.rm(folder, { recursive: true, force: true }));

  it.each([
    ["wasm", null],
    ["webgl", "the gradient of average pooling is wrong on it"],
    ["webgpu", "the sum of 20 tensors is wrong on it"],
  ] as const)("%s", { timeout: 180_000 }, async (engine, refusal) => {
    const parameters = { engine, phases };
    const options = { parameters, timeoutMs: 170_000 };
    const outcome = (await runInChromium(chromium, folder, options)) as EngineOutcome;
    expect(outcome.started.engine).toBe(engine);
    if (refusal !== null) expect(outcome.refusal).toContain(refusal);
    for (const [i, pooling] of poolings.entries())
      expect(outcome.poolings[i] ?? [], JSON.stringify(pooling)).toBeAllClose(poolingGradient(pooling), {
        rtol: 1e-5,
        atol: 1e-5,
      });
    for (const name of engineNetworks) expectNetwork(name, outcome.networks[name]);
  });
});
