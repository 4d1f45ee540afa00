/** Lets a program's disk become full at every write in turn, or kills it there, and continues it afterwards. */
import fs from "node:fs";
import path from "node:path";
import type { NativeEngineName } from "@secateur/native-engine";
import { type DrillFolders, InterruptedRun } from "../programs/interrupted-run.ts";
import { type Ended, runToEnd } from "../programs/process-group.ts";
import type { DrilledProgram } from "../programs/program.ts";
import { type WriteFault, writeFaultVariables } from "./write-fault.ts";

export interface DiskOptions {
  readonly engine: NativeEngineName;
  readonly kind: WriteFault["kind"];
  /** Every `stride`-th write, from write `offset` on. */
  readonly stride: number;
  readonly offset: number;
  /** Of numbers in the results. */
  readonly tolerance: number;
  readonly onPosition?: (position: number, count: number, message: string, problem: string | null) => void;
}

export interface DiskReport {
  /** Writes of an undisturbed run. */
  readonly writes: number;
  readonly positions: number;
  /** In sentences. */
  readonly problems: readonly string[];
}

export async function failAtEveryWrite(
  program: DrilledProgram,
  folders: DrillFolders,
  { engine, kind, stride, offset, tolerance, onPosition }: DiskOptions,
): Promise<DiskReport> {
  const countFile = path.join(folders.root, "counts");
  const faulty = async (run: InterruptedRun, from: number): Promise<Ended> => {
    const launch = run.launch();
    const fault = { folder: folders.root, from, kind, countFile };
    const preload = path.join(folders.workspace, "tooling/drills/src/disk/preload.js");
    const environment = { ...launch.environment, ...writeFaultVariables(fault) };
    return await runToEnd({ ...launch, preload, environment });
  };
  const whole = new InterruptedRun(program, engine, folders, "whole");
  await faulty(whole, Number.POSITIVE_INFINITY);
  const counts = (): readonly number[] => fs.readFileSync(countFile, "utf8").trim().split("\n").map(Number);
  const writes = Math.max(...counts());
  const expected = whole.results();
  const problems: string[] = [];
  let positions = 0;
  for (let position = offset; position < writes; position += stride) {
    const run = new InterruptedRun(program, engine, folders, `full-${position}`);
    const ended = await faulty(run, position);
    if (ended.code === 0 && Number(counts().at(-1)) <= position) {
      run.remove(); // a folder that the first run created is one write less for the others
      break;
    }
    const problem =
      (kind === "ENOSPC" ? badEnding(ended, run) : null) ?? (await run.finishAndCompare(expected, tolerance));
    if (problem === null) run.remove();
    else problems.push(`${run.folder}: ${problem}`);
    positions++;
    onPosition?.(position, writes, lastLine(ended), problem);
  }
  return { writes, positions, problems };
}

const lastLine = ({ stderr }: Ended): string => stderr.trim().split("\n").at(-1) ?? "";

/** What is wrong with the way in which the program reported the full disk; null if nothing. */
function badEnding(ended: Ended, run: InterruptedRun): string | null {
  if (!run.isWhole()) return "the earlier result is lost";
  if (ended.code !== 1) return `exit code ${ended.code}: ${lastLine(ended)}`;
  const line = lastLine(ended);
  if (/with --resume/.test(line) !== run.hasStarted())
    return `there is ${run.hasStarted() ? "a" : "no"} run to continue, but the last line says: ${line}`;
  const says = /(disk|quota).* (is )?full.*[Ff]ree some space/.test(line);
  return says ? null : `the last line does not say that the disk is full: ${line}`;
}
