/** One process at a time in a directory. A lock whose process is gone, even by SIGKILL or reboot, does not count. */
import fs from "node:fs";
import path from "node:path";
import { explained, RunDirectoryError } from "./run-directory-error.ts";

export const lockName = ".lock";

/** @returns a function that gives the directory free again. @throws RunDirectoryError where another process has it. */
export function lockDirectory(directory: string): () => void {
  const file = path.join(directory, lockName);
  const owner = `${process.pid} ${startTime(process.pid)}`;
  if (!claim(file, owner)) {
    const [pid = "", started = ""] = fs.readFileSync(file, "utf8").split(" ");
    if (isRunning(Number(pid), started)) {
      throw new RunDirectoryError(
        `Another run (process ${pid}) is working in ${directory}. Wait for it, or choose another --out.`,
      );
    }
    fs.rmSync(file, { force: true });
    if (!claim(file, owner)) throw new RunDirectoryError(`Another run has just begun in ${directory}.`);
  }
  return () => fs.rmSync(file, { force: true });
}

function claim(file: string, owner: string): boolean {
  if (fs.existsSync(file)) return false;
  explained(`write to ${path.dirname(file)}`, () => fs.writeFileSync(file, owner, { flag: "wx" }));
  return true;
}

function isRunning(pid: number, started: string): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
  return startTime(pid) === started;
}

/** Process numbers are used again, above all in containers; together with the start time they are not. */
function startTime(pid: number): string {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
