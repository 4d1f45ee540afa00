/** `bench:imagenet` end to end, on generated images and untrained weights of the smallest ImageNet network. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { imagenetWnids } from "@secateur/datasets";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Summary } from "../src/compare/results.ts";
import { type Ended, runProcess } from "./run-process.ts";
import { ranks, writeTinyImagenet, writeWeights } from "./tiny-imagenet.ts";

let directory = "";
const at = (name: string): string => path.join(directory, name);

beforeAll(async () => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "secateur-imagenet-"));
  await writeTinyImagenet(directory, 2);
  fs.writeFileSync(at(`val/${imagenetWnids[ranks[0]]}/broken.JPEG`), "no image");
  writeWeights(at("mobilenet.safetensors"), "mobilenet-v2");
});
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

const bench = (...args: string[]): Promise<Ended> => runProcess("src/imagenet.ts", args);

const settings = (): string[] => [
  "--model=mobilenet-v2",
  `--data=${directory}`,
  `--weights=${at("mobilenet.safetensors")}`,
  "--criteria=random,taylor-gate",
  "--ratios=0.3",
  "--finetune=0",
  "--engine=wasm",
];

/** Everything but times. */
function results(out: string): Pick<Summary, "rows" | "cells"> {
  const { rows, cells } = JSON.parse(fs.readFileSync(path.join(out, "summary.json"), "utf8")) as Summary;
  const timeless = <T extends object>(each: T): T => ({
    ...each,
    latencyMsPerImage: null,
    repairSeconds: null,
  });
  return { rows: rows.map(timeless), cells: cells.map(timeless) };
}

describe("bench:imagenet", () => {
  it("prunes, compares, and resumes to the same table", { timeout: 240_000 }, async () => {
    const out = at("run");
    const { code, stdout, stderr } = await bench(...settings(), `--out=${out}`);
    expect(stderr).toContain("Seed 0: 100.00 % test error before pruning, loss ");
    expect(stderr).not.toContain("normalisation");
    expect(code).toBe(0);
    const rows = stdout.split("\n").filter((line) => /^\| [^-]/.test(line));
    expect(
      rows.map((row) =>
        row
          .split("|")
          .map((cell) => cell.trim())
          .slice(1, 3),
      ),
    ).toEqual([
      ["Criterion", "Removed (%)"],
      ["unpruned", "–"],
      ["random", "30"],
      ["taylor-gate", "30"],
      ["Network", "Pruned (Top-5, %)"],
      ["unpruned", expect.stringContaining("±")],
      ["random, 30 % removed", expect.stringContaining("±")],
      ["taylor-gate, 30 % removed", expect.stringContaining("±")],
    ]);
    const { cells } = results(out);
    for (const { notes } of cells)
      expect(notes.join()).toMatch(
        /1 image could not be decoded and took no part: .*broken.JPEG cannot be read/,
      );
    expect(stderr).toMatch(/Skipped an image: .*broken.JPEG/);
    for (const { lossBefore, lossPruned, lossRepaired, macs, parameters, accuracyTuned } of cells) {
      expect(lossBefore).toBeGreaterThan(6); // ln 1000 is 6.9
      expect(lossPruned).not.toBe(lossBefore);
      expect(lossRepaired).toBeGreaterThan(6);
      expect(lossRepaired).not.toBe(lossPruned);
      expect(macs).toBeLessThan(300e6);
      expect(parameters).toBeLessThan(3_504_872);
      expect(accuracyTuned).toBeNull();
    }
    expect(fs.readFileSync(path.join(out, "report.html"), "utf8")).toMatch(
      /mobilenet-v2 on ImageNet.*bench:imagenet --data .* --finetune 0 --engine wasm/s,
    );

    const before = results(out);
    const log = path.join(out, "events.jsonl");
    const lines = fs.readFileSync(log, "utf8").trimEnd().split("\n");
    // As killed after the tests of a network: the images of val are not read again.
    const isCell = (line: string): boolean =>
      /^{"type":"cell","cell":{"seed":0,"criterion":"random"/.test(line);
    expect(lines.filter(isCell)).toHaveLength(1);
    fs.writeFileSync(log, `${lines.filter((line) => !isCell(line)).join("\n")}\n`);
    const checkpoint = path.join(out, "pruning-0-taylor-gate.safetensors"); // between the result and its removal
    fs.writeFileSync(checkpoint, "");
    expect((await bench("--resume", `--out=${out}`)).code).toBe(0);
    expect(fs.existsSync(checkpoint)).toBe(false);
    expect(results(out)).toEqual(before);
  });

  it.each([
    [
      "data",
      2,
      /^--data is missing: give the directory of ImageNet: class folders, the official archives, or WebDataset/,
    ],
    [
      "weights",
      2,
      "--weights is missing: networks are not trained from scratch here, so give a file such as torchvision's https://download.pytorch.org/models/mobilenet_v2-b0353104.pth.\n",
    ],
  ])("explains --%s where it is missing", async (flag, code, message) => {
    const given = settings().filter((each) => !each.startsWith(`--${flag}`));
    const out = at(`without ${flag}`);
    expect(await bench(...given, `--out=${out}`)).toMatchObject({
      code,
      stderr: expect.stringMatching(message),
    });
    expect(fs.existsSync(out)).toBe(false);
  });

  it("refuses weights of another network in one sentence, and leaves no files", async () => {
    const given = settings().filter((each) => !each.startsWith("--model"));
    const { code, stderr } = await bench(...given, "--model=resnet34", `--out=${at("other")}`);
    expect(code).toBe(2);
    expect(stderr.trimEnd().split("\n").at(-1)).toMatch(
      /mobilenet.safetensors: the weights file lacks .*, which the model requires/,
    );
    expect(fs.existsSync(at("other"))).toBe(false);
  });
});
