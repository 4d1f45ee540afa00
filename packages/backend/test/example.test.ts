import { readFile } from "node:fs/promises";
import { useBackend } from "@secateur/backend";
import { expect, it } from "vitest";
import { trainOnAnEngine } from "../examples/train-on-an-engine.ts";

it("the example learns", async () => {
  const losses = await trainOnAnEngine();
  expect(losses.at(-1)).toBeLessThan(0.5 * Number(losses[0]));
  await useBackend("wasm");
});

it("the README shows the example as it is", async () => {
  const text = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), "utf8");
  expect(await text("../README.md")).toContain(await text("../examples/train-on-an-engine.ts"));
});
