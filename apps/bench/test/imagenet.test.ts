/** `bench:imagenet` itself, on made-up pictures and untrained weights: the smallest network of 224 px, from end to end. */
import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Summary } from "../src/compare/results.ts";
import { writeTinyImagenet, writeWeights } from "./tiny-imagenet.ts";

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let directory = "";
const at = (name: string): string => path.join(directory, name);

beforeAll(async () => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "secateur-imagenet-"));
  await writeTinyImagenet(directory, 2);
  writeWeights(at("mobilenet.safetensors"), "mobilenet-v2");
});
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

async function bench(...args: string[]): Promise<Outcome> {
  const entry = path.join(import.meta.dirname, "../src/imagenet.ts");
  const command = ["--import", "tsx", "--conditions=@secateur/source", entry, ...args];
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, command, {
      cwd: path.join(import.meta.dirname, ".."),
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as Outcome;
  }
}

const settings = (): string[] => [
  "--model=mobilenet-v2",
  `--data=${directory}`,
  `--classes=${at("classes.txt")}`,
  `--weights=${at("mobilenet.safetensors")}`,
  "--criteria=random,taylor-gate",
  "--ratios=0.3",
  "--finetune=0",
  "--engine=wasm",
];

/** Everything but times. */
function results(out: string): Pick<Summary, "rows" | "cells"> {
  const { rows, cells } = JSON.parse(fs.readFileSync(path.join(out, "summary.json"), "utf8")) as Summary;
  const timeless = <T extends object>(each: T): T => ({ ...each, latencyMsPerImage: null });
  return { rows: rows.map(timeless), cells: cells.map(timeless) };
}

describe("bench:imagenet", () => {
  it("prunes, compares, and goes on to the same table", { timeout: 240_000 }, async () => {
    const out = at("run");
    const { code, stdout, stderr } = await bench(...settings(), `--out=${out}`);
    expect(stderr).toContain("Seed 0: 100.00 % test error before pruning, loss ");
    expect(stderr).not.toContain("normalised");
    expect(code).toBe(0);
    const rows = stdout.split("\n").filter((line) => line.startsWith("| "));
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
    ]);
    const { cells } = results(out);
    for (const { lossBefore, lossPruned, macs, parameters, accuracyTuned } of cells) {
      expect(lossBefore).toBeGreaterThan(6); // ln 1000 is 6.9
      expect(lossPruned).not.toBe(lossBefore);
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
    fs.writeFileSync(log, `${lines.filter((line) => !line.includes('"criterion":"random"')).join("\n")}\n`);
    expect((await bench("--resume", `--out=${out}`)).code).toBe(0);
    expect(results(out)).toEqual(before);
  });

  it.each([
    ["data", 2, /^--data is missing: give the folder of your ImageNet, with train\/<wnid>\/\*\.JPEG and val/],
    [
      "weights",
      2,
      "--weights is missing: nothing is trained from scratch here, so give a file such as torchvision's https://download.pytorch.org/models/mobilenet_v2-b0353104.pth.\n",
    ],
  ])("says what --%s is for where it is missing", async (flag, code, message) => {
    const given = settings().filter((each) => !each.startsWith(`--${flag}`));
    const out = at(`without ${flag}`);
    expect(await bench(...given, `--out=${out}`)).toMatchObject({
      code,
      stderr: expect.stringMatching(message),
    });
    expect(fs.existsSync(out)).toBe(false);
  });

  it("says in one sentence that weights are another network's, and leaves nothing behind", async () => {
    const given = settings().filter((each) => !each.startsWith("--model"));
    const { code, stderr } = await bench(...given, "--model=resnet34", `--out=${at("other")}`);
    expect(code).toBe(2);
    expect(stderr.trimEnd().split("\n").at(-1)).toMatch(
      /mobilenet.safetensors: The weights file lacks .*, which the model needs/,
    );
    expect(fs.existsSync(at("other"))).toBe(false);
  });
});
