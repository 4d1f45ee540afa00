/** Kills runs of a program at random moments, continues them, and compares their results with an undisturbed run's. */
import type { Random } from "@secateur/base";
import type { NativeEngineName } from "@secateur/native-engine";
import { type DrillFolders, InterruptedRun } from "../programs/interrupted-run.ts";
import { runAndKill } from "../programs/process-group.ts";
import type { DrilledProgram } from "../programs/program.ts";
import { followRun, momentsOf } from "./moments.ts";

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
  /** Kills by where they fell. */
  readonly places: ReadonlyMap<string, number>;
  /** In sentences. */
  readonly problems: readonly string[];
}

export async function killRuns(
  program: DrilledProgram,
  folders: DrillFolders,
  options: KillOptions,
): Promise<KillReport> {
  const { engine, moments: wanted, perRun, random, tolerance, onRun } = options;
  const whole = new InterruptedRun(program, engine, folders, "whole");
  const { result: expected, timeline } = await followRun(whole);
  const moments = momentsOf(timeline, random);
  const problems: string[] = [];
  const places = new Map<string, number>();
  let [hits, runs] = [0, 0];
  while (hits < wanted) {
    const run = new InterruptedRun(program, engine, folders, `broken-${runs++}`);
    const zombies: (() => void)[] = [];
    for (let left = Math.min(1 + random.below(perRun), wanted - hits); left > 0; left--) {
      const moment = moments.next(run);
      const { wasRunning, bury } = await runAndKill(run.launch(), moment);
      zombies.push(bury);
      if (!wasRunning) break;
      hits++;
      const place = moments.placeOf(run, moment);
      places.set(place, (places.get(place) ?? 0) + 1);
    }
    for (const bury of zombies) bury();
    const problem = await run.finishAndCompare(expected, tolerance);
    if (problem === null) run.remove();
    else problems.push(`${run.folder}: ${problem}`);
    onRun?.(hits, problem);
  }
  return { moments: hits, runs, places, problems };
}
