/** Identifies a process, for instance in a lock file, and checks whether it still runs. */
import { readFileSync } from "node:fs";

export interface ProcessIdentity {
  readonly pid: number;
  /** In clock ticks since boot; empty if unknown. Distinguishes processes that reuse an id. */
  readonly startTime: string;
}

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, startTime: startTime(process.pid) };
}

/**
 * A zombie process counts as ended.
 *
 * @param identity - Without `startTime`, any process with that id matches.
 */
export function isRunning({ pid, startTime: expected }: Partial<ProcessIdentity>): boolean {
  if (pid === undefined || !Number.isInteger(pid) || pid <= 0 || isZombie(pid)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: the process runs, but belongs to another user.
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  return expected === undefined || startTime(pid) === expected;
}

const isZombie = (pid: number): boolean => statusFields(pid)[0] === "Z";

const startTime = (pid: number): string => statusFields(pid)[19] ?? "";

/** Linux's `/proc/<pid>/stat` from the third field on: the state comes first; empty on other systems. */
function statusFields(pid: number): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}
