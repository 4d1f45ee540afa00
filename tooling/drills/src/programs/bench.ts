/** The programs of the bench on CIFAR-10, with generated images: the smallest runs that pass through every kind of job. */
import fs from "node:fs";
import path from "node:path";
import type { DrilledProgram } from "./program.ts";
import { readJson, withoutTimes } from "./results.ts";

export interface BenchRun {
  readonly program: "cifar10" | "oracle" | "compensation" | "imagenet";
  readonly flags: string;
  /** The file of the results, and the fields in it that a run determines. The names of all files are results, too. */
  readonly summary: { readonly file: string; readonly fields: readonly string[] };
}

export function benchProgram({ program, flags, summary }: BenchRun): DrilledProgram {
  return {
    file: `apps/bench/src/${program}.js`,
    prepare: async () => undefined,
    start: (_, out, engine) => ["--out", out, "--engine", engine, ...flags.split(" ")],
    resume: (out) => ["--out", out, "--resume"],
    results(out) {
      const all = readJson(path.join(out, summary.file));
      const found = Object.fromEntries(summary.fields.map((field) => [field, all[field]]));
      return { ...Object(withoutTimes(found)), files: fs.readdirSync(out).sort() };
    },
  };
}

/** Of comparisons. */
export const comparison: BenchRun["summary"] = {
  file: "summary.json",
  fields: ["rows", "cells", "trainingCurve", "fineTuneCurves"],
};
const common = "--data synthetic --subset 300 --seeds 1 --finetune 0.5";

export const oneShot: DrilledProgram = benchProgram({
  program: "cifar10",
  flags: `${common} --criteria random,taylor-gate --epochs 2 --ratios 0.5`,
  summary: comparison,
});

export const iterative: DrilledProgram = benchProgram({
  program: "cifar10",
  flags: `${common} --criteria taylor-gate --epochs 1 --iterative --frequency 1 --per-removal 6 --ratios 0.1,0.4`,
  summary: comparison,
});

export const oracle: DrilledProgram = benchProgram({
  program: "oracle",
  flags:
    "--data synthetic --images 64 --batch-size 32 --criteria random,taylor-gate,bn-scale --subset-images 0 --joint-images 32",
  summary: { file: "oracle.json", fields: ["network", "groups", "lossChanges", "criteria", "joint"] },
});

export const compensation: DrilledProgram = benchProgram({
  program: "compensation",
  flags:
    "--model lenet3 --data synthetic --criteria taylor-gate,l2 --macs 0.3 --methods none,batch-norm,mean-into-bias --images 32 --samples 32 --seeds 0 --test-images 50 --cost lenet3",
  summary: { file: "summary.json", fields: ["network", "cells"] },
});
