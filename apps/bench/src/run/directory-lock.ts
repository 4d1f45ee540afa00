/**
 * At most one process at a time works in a directory. Each process creates a file that bears its identity and then
 * lists the directory: of two processes, the later to list sees the other's file and withdraws. Only files of processes
 * that no longer run are removed, so no process can take a lock away from a running one.
 */
import fs from "node:fs";
import path from "node:path";
import { isRunning, thisProcess } from "@secateur/base/node";
import { explained, RunDirectoryError } from "./run-directory-error.ts";

/** `.lock-<process id>-<start time>`; a process id alone may be reused. */
const pattern = /^\.lock-(\d+)-(\d*)$/;

/** Whether a file of a run's directory is a lock. */
export function isLock(name: string): boolean {
  return pattern.test(name);
}

/** @returns a function that releases the lock. @throws RunDirectoryError where another process holds it. */
export function lockDirectory(directory: string): () => void {
  const { pid, startTime } = thisProcess();
  const own = `.lock-${pid}-${startTime}`;
  const file = path.join(directory, own);
  if (fs.existsSync(file)) throw busy(directory, pid);
  explained(`write to ${directory}`, () => fs.writeFileSync(file, "", { flag: "wx" }));
  const release = (): void => fs.rmSync(file, { force: true });
  for (const name of fs.readdirSync(directory)) {
    const [, otherPid, otherStart] = pattern.exec(name) ?? [];
    if (otherPid === undefined || name === own) continue;
    if (isRunning({ pid: Number(otherPid), startTime: otherStart ?? "" })) {
      release();
      throw busy(directory, Number(otherPid));
    }
    fs.rmSync(path.join(directory, name), { force: true });
  }
  return release;
}

function busy(directory: string, pid: number): RunDirectoryError {
  return new RunDirectoryError(
    `Another run (process ${pid}) is working in ${directory}. Wait for it to end, or choose another --out.`,
  );
}
