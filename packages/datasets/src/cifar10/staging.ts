/**
 * A folder to write in until everything is complete and checked. It is gone afterwards, whatever happened; what a
 * killed process left is removed by the next one.
 */
import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** `.staging-<process id>-<six random characters>` */
const pattern = /^\.staging-(\d+)-/;
const oneDayMs = 24 * 60 * 60 * 1000;

export async function withStaging<T>(folder: string, work: (staging: string) => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true });
  await removeAbandoned(folder);
  const staging = await mkdtemp(join(folder, `.staging-${process.pid}-`));
  try {
    return await work(staging);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, pid] = pattern.exec(name) ?? [];
    if (pid === undefined) continue;
    const path = join(folder, name);
    if (!isRunning(Number(pid)) || (await isOlderThan(path, oneDayMs))) {
      await rm(path, { recursive: true, force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process may not be signalled, but runs.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

async function isOlderThan(path: string, ageMs: number): Promise<boolean> {
  const status = await stat(path).catch(() => undefined);
  return status !== undefined && Date.now() - status.mtimeMs > ageMs;
}
