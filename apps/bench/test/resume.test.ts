/** A run that is killed again and again ends with the table of an undisturbed one. Wants the real CIFAR-10 in the cache. */
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { findCachedCifar10 } from "@secateur/datasets";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Summary } from "../src/compare/results.ts";
import type { OracleMeasurements } from "../src/oracle/measurements.ts";

const isCached = findCachedCifar10() !== null;
if (!isCached) console.warn("CIFAR-10 is not cached: killing and resuming a run is not tested");

const root = path.join(import.meta.dirname, "../../..");
const common = "--subset 300 --seeds 1 --criteria random,taylor-gate --finetune 0.5 --engine wasm";
const atOnce = `${common} --epochs 2 --ratios 0.5`;
const iterative = `${common} --epochs 1 --iterative --frequency 2 --per-removal 4 --ratios 0.1,0.4`;
let directory = "";

beforeAll(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "secateur-resume-"));
});
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

/** Runs the command; kills it when its log has `killAt` lines. Resolves to the exit code, or null after a kill. */
function run(
  out: string,
  args: string,
  killAt = Number.POSITIVE_INFINITY,
  program = "cifar10",
): Promise<number | null> {
  const entry = path.join(root, `apps/bench/src/${program}.ts`);
  const command = [
    "--import",
    "tsx",
    "--conditions=@secateur/source",
    entry,
    "--out",
    out,
    ...args.split(" "),
  ];
  const child = spawn(process.execPath, command, { cwd: path.join(root, "apps/bench"), stdio: "ignore" });
  const watch = setInterval(() => {
    if (logLength(out) >= killAt) child.kill("SIGKILL");
  }, 20);
  return new Promise((resolve) => {
    child.on("exit", (code) => {
      clearInterval(watch);
      resolve(code);
    });
  });
}

function logLength(out: string): number {
  const file = path.join(out, "events.jsonl");
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n").length - 1 : 0;
}

/** Everything but times. */
function results(out: string): unknown {
  const { rows, cells, trainingCurve, fineTuneCurves } = JSON.parse(
    fs.readFileSync(path.join(out, "summary.json"), "utf8"),
  ) as Summary;
  const timeless = (each: object): object => ({ ...each, latencyMsPerImage: null });
  return { rows: rows.map(timeless), cells: cells.map(timeless), trainingCurve, fineTuneCurves };
}

it.skipIf(!isCached).each([
  ["at once", atOnce],
  ["iteratively", iterative],
])("killed three times, pruning %s", { timeout: 240_000 }, async (name, settings) => {
  const [whole, broken] = ["whole", "broken"].map((each) => path.join(directory, `${name} ${each}`));
  if (whole === undefined || broken === undefined) throw new Error("unreachable");
  expect(await run(whole, settings)).toBe(0);
  const lines = logLength(whole);
  expect(await run(broken, settings, 1)).toBeNull();
  for (const killAt of [Math.floor(lines / 3), Math.floor((2 * lines) / 3)]) {
    expect(await run(broken, "--resume", killAt)).toBeNull();
  }
  expect(await run(broken, "--resume")).toBe(0);
  expect(results(broken)).toEqual(results(whole));
});

it.skipIf(!isCached)("the oracle study killed twice", { timeout: 240_000 }, async () => {
  const settings =
    "--images 64 --batch-size 32 --criteria random,taylor-gate,bn-scale --subset-images 0 --engine wasm";
  const [whole, broken] = ["oracle whole", "oracle broken"].map((each) => path.join(directory, each));
  if (whole === undefined || broken === undefined) throw new Error("unreachable");
  const study = (out: string, args: string, killAt?: number): Promise<number | null> =>
    run(out, args, killAt, "oracle");
  const found = (out: string): unknown => {
    const measured = JSON.parse(fs.readFileSync(path.join(out, "oracle.json"), "utf8")) as OracleMeasurements;
    const { network, groups, lossChanges, criteria } = measured;
    return {
      network,
      groups,
      lossChanges,
      criteria: criteria.map(({ name, scores, notes }) => ({ name, scores, notes })),
    };
  };
  expect(await study(whole, settings)).toBe(0);
  expect(await study(broken, settings, 3)).toBeNull(); // between criteria
  expect(await study(broken, "--resume", 7)).toBeNull(); // between layers
  expect(await study(broken, "--resume")).toBe(0);
  expect(found(broken)).toEqual(found(whole));
  const { criteria } = found(whole) as OracleMeasurements;
  expect(criteria.at(-1)).toMatchObject({ name: "bn-scale", scores: null });
  expect(criteria.at(-1)?.notes[0]).toContain("it has no gamma weights");
});
