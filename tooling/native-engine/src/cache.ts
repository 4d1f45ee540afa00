/** Where TensorFlow and the addons compiled against it are kept: `SECATEUR_CACHE`, or the system's folder for caches. */
import { mkdirSync, readdirSync, renameSync, rmSync, statfsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import envPaths from "env-paths";
import { MissingPieceError } from "./problem.ts";

export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const chosen = environment["SECATEUR_CACHE"];
  return join(chosen ? resolve(chosen) : envPaths("secateur", { suffix: "" }).cache, "native-engine");
}

/**
 * Makes a folder all or nothing: `fill` works in one beside it, which then takes its name. What a process left that was
 * killed goes; what one that runs is filling stays.
 */
export async function fillFolder(folder: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  const [parent, name] = [dirname(folder), basename(folder)];
  try {
    mkdirSync(parent, { recursive: true });
    for (const entry of readdirSync(parent)) {
      const [, owner] = entry.split(`${name}.partial-`);
      if (owner !== undefined && !isRunning(Number(owner)))
        rmSync(join(parent, entry), { recursive: true, force: true });
    }
  } catch (error) {
    throw new MissingPieceError(
      `Cannot write to ${parent} (${error instanceof Error ? error.message : error}): set SECATEUR_CACHE to a folder that can be written.`,
    );
  }
  const temporary = join(parent, `${name}.partial-${process.pid}`);
  try {
    mkdirSync(temporary);
    await fill(temporary);
    rmSync(folder, { recursive: true, force: true });
    renameSync(temporary, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) return false; // of a process before this one, as this one starts with nothing
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Throws unless the disk that will hold `folder` has so much room. */
export function requireRoom(folder: string, bytes: number): void {
  let existing = resolve(folder);
  for (;;) {
    try {
      const { bavail, bsize } = statfsSync(existing);
      if (bavail * bsize >= bytes) return;
      const gigabytes = (value: number): string => `${(value / 1e9).toFixed(1)} GB`;
      throw new MissingPieceError(
        `TensorFlow needs ${gigabytes(bytes)} for the moment, but the disk of ${existing} has ${gigabytes(bavail * bsize)} left: make room, or set SECATEUR_CACHE to a folder on another disk.`,
      );
    } catch (error) {
      if (error instanceof MissingPieceError || existing === dirname(existing)) throw error;
      existing = dirname(existing);
    }
  }
}
