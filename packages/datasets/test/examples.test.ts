import fs from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { readOneEpoch } from "../examples/read-images.ts";
import { countClasses } from "../examples/read-shards.ts";
import { findCachedCifar10 } from "../src/index.ts";
import { fixtures } from "./stored-pictures.ts";
import { formulaImage, temporaryFolder, writeFiles } from "./tiny-images.ts";

it("the example with synthetic images runs", async () => {
  const { shapes } = await import("../examples/synthetic-images.ts");
  const full = [32, 16, 16, 3];
  expect(shapes).toEqual([full, full, full, [4, 16, 16, 3]]);
});

it("the example with image folders runs and equals the README's", async () => {
  const directory = temporaryFolder();
  for (const name of ["cat/1.jpg", "cat/2.jpg", "dog/1.jpg"]) {
    await writeFiles(directory, { [name]: formulaImage(50, 60).jpeg() });
  }
  expect(await readOneEpoch(directory)).toBe(3);
  const read = (file: string) => fs.readFileSync(new URL(file, import.meta.url), "utf8");
  expect(read("../README.md")).toContain(`\`\`\`ts\n${read("../examples/read-images.ts")}\`\`\``);
});

it("the example with archives runs", async () => {
  const folder = path.join(fixtures, "webdataset");
  const archives = ["imagenet1k-train-0000.tar", "imagenet1k-train-0001.tar"];
  expect([...(await countClasses(archives.map((name) => path.join(folder, name))))]).toEqual([
    ["0", 2],
    ["1", 1],
  ]);
});

const cached = findCachedCifar10();
if (!cached) console.warn("CIFAR-10 is not cached: its example is skipped");

it.skipIf(!cached)("the example with CIFAR-10 runs", async () => {
  const { seen } = await import("../examples/load-cifar10.ts");
  expect(seen).toBe(45_000);
});
