/** Atomic creation of folders: a folder is filled under a temporary name and then renamed. */
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isRunning } from "./process-identity.ts";

/** `.staging-<process id>-<six random characters>` */
const pattern = /^\.staging-(\d+)-/;
const oneDayMs = 24 * 60 * 60 * 1000;

/**
 * Runs `work` with a new empty folder inside `folder`, and removes it afterwards, also after an error and
 * where `process.exit` ends the process. Removes leftover staging folders of killed processes first.
 */
export async function withStaging<T>(folder: string, work: (staging: string) => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true });
  await removeLeftovers(folder);
  const staging = mkdtempSync(join(folder, `.staging-${process.pid}-`));
  const remove = (): void => rmSync(staging, { recursive: true, force: true });
  process.once("exit", remove);
  try {
    return await work(staging);
  } finally {
    process.off("exit", remove);
    remove();
  }
}

/** Creates or replaces `folder` atomically: `fill` writes to a staging folder, which is then renamed. */
export async function fillFolder(folder: string, fill: (staging: string) => Promise<void>): Promise<void> {
  await withStaging(dirname(folder), async (staging) => {
    const content = join(staging, "content");
    await mkdir(content);
    await fill(content);
    await rename(folder, join(staging, "former")).catch(unlessMissing);
    await rename(content, folder);
  });
}

function unlessMissing(error: unknown): void {
  if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
}

async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, pid] = pattern.exec(name) ?? [];
    if (pid === undefined) continue;
    const path = join(folder, name);
    if (!isRunning({ pid: Number(pid) }) || (await isOlderThan(path, oneDayMs))) {
      await rm(path, { recursive: true, force: true });
    }
  }
}

async function isOlderThan(path: string, ageMs: number): Promise<boolean> {
  const status = await stat(path).catch(() => undefined);
  return status !== undefined && Date.now() - status.mtimeMs > ageMs;
}
