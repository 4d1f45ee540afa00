/** Kills runs of a program at random moments, continues them, and compares their results with an undisturbed run's. */
import type { Random } from "@secateur/base";
import type { NativeEngineName } from "@secateur/native-engine";
import { type DrillFolders, InterruptedRun } from "../programs/interrupted-run.ts";
import { runAndKill } from "../programs/process-group.ts";
import type { DrilledProgram } from "../programs/program.ts";

export interface KillOptions {
  readonly engine: NativeEngineName;
  /** Kills that must hit a running program. */
  readonly moments: number;
  /** Most kills of one run. */
  readonly perRun: number;
  readonly random: Random;
  /** Of numbers in the results. */
  readonly tolerance: number;
  readonly onRun?: (moments: number, problem: string | null) => void;
}

export interface KillReport {
  readonly moments: number;
  readonly runs: number;
  /** In sentences. */
  readonly problems: readonly string[];
}

export async function killRuns(
  program: DrilledProgram,
  folders: DrillFolders,
  options: KillOptions,
): Promise<KillReport> {
  const { engine, moments: wanted, perRun, random, tolerance, onRun } = options;
  const startedAt = performance.now();
  const whole = new InterruptedRun(program, engine, folders, "whole");
  const expected = await whole.finish();
  const wholeMs = performance.now() - startedAt;
  const problems: string[] = [];
  let [moments, runs] = [0, 0];
  while (moments < wanted) {
    const run = new InterruptedRun(program, engine, folders, `broken-${runs++}`);
    const kills = Math.min(1 + random.below(perRun), wanted - moments);
    moments += await killRepeatedly(run, kills, () => random.below(Math.ceil(0.8 * wholeMs)));
    const problem = await run.finishAndCompare(expected, tolerance);
    if (problem === null) run.remove();
    else problems.push(`${run.folder}: ${problem}`);
    onRun?.(moments, problem);
  }
  return { moments, runs, problems };
}

/** Until a run has ended by itself. @returns the number of kills that hit a running program. */
async function killRepeatedly(run: InterruptedRun, kills: number, momentMs: () => number): Promise<number> {
  const zombies: (() => void)[] = [];
  let hits = 0;
  for (let i = 0; i < kills; i++) {
    const { wasRunning, bury } = await runAndKill(run.launch(), momentMs());
    zombies.push(bury);
    if (!wasRunning) break;
    hits++;
  }
  for (const bury of zombies) bury();
  return hits;
}
