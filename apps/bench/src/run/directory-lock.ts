/**
 * At most one process at a time works in a directory. Each process creates a file that bears its identity and then
 * lists the directory: of two processes, the later to list sees the other's file and withdraws. Two that withdraw from each
 * other try again after different times. Only files of processes that no longer run are removed.
 */
import fs from "node:fs";
import path from "node:path";
import { createRandom } from "@secateur/base";
import { isRunning, thisProcess } from "@secateur/base/node";
import { explained, type Retry, RunDirectoryError } from "./run-directory-error.ts";

/** `.lock-<process id>-<start time>`; a process id alone may be reused. */
const pattern = /^\.lock-(\d+)-(\d*)$/;

/** Whether a file of a run's directory is a lock. */
export function isLock(name: string): boolean {
  return pattern.test(name);
}

/** Enough that processes which start together do not all withdraw. */
const attempts = 8;
const maximumPauseMs = 8;

/** @returns a function that releases the lock. @throws RunDirectoryError where another process holds it. */
export function lockDirectory(directory: string, retry?: Retry): () => void {
  const { pid, startTime } = thisProcess();
  const file = path.join(directory, `.lock-${pid}-${startTime}`);
  if (fs.existsSync(file)) throw busy(directory, pid);
  const random = createRandom(pid);
  let holder = pid;
  for (let attempt = 0; attempt < attempts; attempt++) {
    explained(`write to ${directory}`, () => fs.writeFileSync(file, "", { flag: "wx" }), retry);
    const other = otherHolder(directory, path.basename(file));
    if (other === null) return () => fs.rmSync(file, { force: true });
    fs.rmSync(file, { force: true });
    holder = other;
    pause(1 + random.below(maximumPauseMs));
  }
  throw busy(directory, holder);
}

/** The id of another process that holds the lock or tries to; null if there is none. Removes files of ended processes. */
function otherHolder(directory: string, own: string): number | null {
  for (const name of fs.readdirSync(directory)) {
    const [, pid, startTime = ""] = pattern.exec(name) ?? [];
    if (pid === undefined || name === own) continue;
    if (isRunning({ pid: Number(pid), startTime })) return Number(pid);
    fs.rmSync(path.join(directory, name), { force: true });
  }
  return null;
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function busy(directory: string, pid: number): RunDirectoryError {
  return new RunDirectoryError(
    `Another run (process ${pid}) is working in ${directory}. Wait for it to end, or choose another --out.`,
  );
}
