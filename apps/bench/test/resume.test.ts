/** A run that is killed several times ends with the results of an uninterrupted one. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { compileWorkspace } from "@repo/testing/compile-workspace";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Summary } from "../src/compare/results.ts";
import type { CompensationMeasurements } from "../src/compensation/measurements.ts";
import type { OracleMeasurements } from "../src/oracle/measurements.ts";
import { runProcess } from "./run-process.ts";

const common =
  "--data synthetic --subset 300 --seeds 1 --criteria random,taylor-gate --finetune 0.5 --engine wasm";
const oneShot = `${common} --epochs 2 --ratios 0.5`;
const iterative = `${common} --epochs 1 --iterative --frequency 1 --per-removal 6 --ratios 0.1,0.4`;
let directory = "";
const at = (name: string): string => path.join(directory, name);

beforeAll(async () => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "secateur-resume-"));
  await compileWorkspace(at("workspace"));
});
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

/** Runs the program, and kills it when its log has `killAt` lines. Resolves to its exit code, or null after a kill. */
async function run(program: string, out: string, settings: string, killAt?: number): Promise<number | null> {
  const killWhen = (): boolean => killAt !== undefined && logLength(out) >= killAt;
  const args = ["--out", out, ...settings.split(" ")];
  const { code, stderr } = await runProcess(`src/${program}.ts`, args, {
    workspace: at("workspace"),
    killWhen,
  });
  if (code !== null && code > 0) throw new Error(stderr);
  return code;
}

function logLength(out: string): number {
  const file = path.join(out, "events.jsonl");
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n").length - 1 : 0;
}

const readJson = (out: string, name: string): unknown =>
  JSON.parse(fs.readFileSync(path.join(out, name), "utf8"));

/** Everything but times. */
function results(out: string): unknown {
  const { rows, cells, trainingCurve, fineTuneCurves } = readJson(out, "summary.json") as Summary;
  const timeless = (each: object): object => ({
    ...each,
    latencyMsPerImage: null,
    repairSeconds: null,
  });
  return { rows: rows.map(timeless), cells: cells.map(timeless), trainingCurve, fineTuneCurves };
}

it.each([
  ["one-shot", oneShot],
  ["iterative", iterative],
])("%s pruning, killed three times", { timeout: 120_000 }, async (name, settings) => {
  const [whole, broken] = [at(`${name} whole`), at(`${name} broken`)];
  const first = [run("cifar10", whole, settings), run("cifar10", broken, settings, 1)];
  expect(await Promise.all(first)).toEqual([0, null]);
  const lines = logLength(whole);
  for (const killAt of [Math.floor(lines / 3), Math.floor((2 * lines) / 3)])
    expect(await run("cifar10", broken, "--resume", killAt)).toBeNull();
  expect(await run("cifar10", broken, "--resume")).toBe(0);
  expect(results(broken)).toEqual(results(whole));
});

it("the oracle study, killed twice", { timeout: 120_000 }, async () => {
  const settings =
    "--data synthetic --images 64 --batch-size 32 --criteria random,taylor-gate,bn-scale --subset-images 0 --engine wasm";
  const [whole, broken] = [at("oracle whole"), at("oracle broken")];
  const found = (
    out: string,
  ): Pick<OracleMeasurements, "network" | "groups" | "lossChanges" | "criteria" | "joint"> => {
    const { network, groups, lossChanges, criteria, joint } = readJson(
      out,
      "oracle.json",
    ) as OracleMeasurements;
    const timeless = criteria.map((each) => ({ ...each, secondsPerMinibatch: null }));
    return { network, groups, lossChanges, criteria: timeless, joint };
  };
  const first = [run("oracle", whole, settings), run("oracle", broken, settings, 3)]; // between criteria
  expect(await Promise.all(first)).toEqual([0, null]);
  expect(await run("oracle", broken, "--resume", 7)).toBeNull(); // between layers
  expect(await run("oracle", broken, "--resume")).toBe(0);
  expect(found(broken)).toEqual(found(whole));
  const last = found(whole).criteria.at(-1);
  expect(last).toMatchObject({ name: "bn-scale", scores: null });
  expect(last?.notes[0]).toContain('its layers have no weight with role "gamma"');
});

it("the compensation study, killed twice", { timeout: 120_000 }, async () => {
  const settings =
    "--model lenet3 --data synthetic --engine wasm --criteria taylor-gate,l2 --macs 0.3 --methods none,least-squares,mean-into-bias+batch-norm --images 64 --samples 32,64 --seeds 0 --test-images 50 --shifted --unlabelled --cost lenet3";
  const [whole, broken] = [at("compensation whole"), at("compensation broken")];
  const first = [run("compensation", whole, settings), run("compensation", broken, settings, 5)]; // between criteria
  expect(await Promise.all(first)).toEqual([0, null]);
  expect(await run("compensation", broken, "--resume", 9)).toBeNull(); // between cells
  expect(await run("compensation", broken, "--resume")).toBe(0);
  const found = (out: string): unknown => {
    const { network, cells } = readJson(out, "summary.json") as CompensationMeasurements;
    return { network, cells: cells.map((cell) => ({ ...cell, seconds: null })) };
  };
  expect(found(broken)).toEqual(found(whole));
  const { cells, cost } = readJson(whole, "summary.json") as CompensationMeasurements;
  // Three choices by three methods, one more number of images, two refits on half of the classes.
  expect(cells).toHaveLength(3 * 3 + 1 + 2);
  for (const { method, before, after, layers, macsLeft } of cells) {
    expect(macsLeft).toBeLessThanOrEqual(0.7);
    expect(layers.length > 0).toBe(method !== "none");
    if (method === "least-squares") expect(after).toBeLessThan(0.5 * before);
  }
  expect(cost.map(({ task, images }) => [task, images])).toEqual([
    ["train", 128],
    ["compensate", 64],
  ]);
  const tables = fs.readFileSync(path.join(whole, "results.md"), "utf8");
  const titles = tables.split("\n").filter((line) => line.startsWith("## "));
  expect(titles).toEqual([
    "## 30 % of the multiply-adds removed",
    "## The refit of the choice by taylor-gate",
    "## Images of the refit",
    "## Images of half of the classes",
    "## Cost",
    "## Environment",
  ]);
  expect(fs.readFileSync(path.join(whole, "curve.svg"), "utf8")).toMatch(/^<svg/);
});
