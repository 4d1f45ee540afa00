/** Atomic creation of folders: a folder is filled under a temporary name and then renamed. */
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
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

/** In a staging folder: holds the folder that is being replaced, under its own name. */
const formerName = "former";

/**
 * Creates or replaces `folder`: `fill` writes to a staging folder, which is then renamed. After an error the former folder
 * is in its place. A process that is killed between its two renames leaves no folder; the next call restores the former one.
 */
export async function fillFolder(folder: string, fill: (staging: string) => Promise<void>): Promise<void> {
  await withStaging(dirname(folder), async (staging) => {
    const content = join(staging, "content");
    await mkdir(content);
    await fill(content);
    const former = join(staging, formerName, basename(folder));
    await mkdir(dirname(former));
    await rename(folder, former).catch(unlessMissing);
    try {
      await rename(content, folder);
    } catch (error) {
      await rename(former, folder).catch(unlessMissing);
      throw error;
    }
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
      await restoreFormer(folder, join(path, formerName));
      await rm(path, { recursive: true, force: true });
    }
  }
}

/** Moves a folder back that was being replaced, unless another has taken its place. */
async function restoreFormer(folder: string, former: string): Promise<void> {
  for (const name of await readdir(former).catch(() => [])) {
    const place = join(folder, name);
    if ((await stat(place).catch(() => undefined)) === undefined) await rename(join(former, name), place);
  }
}

async function isOlderThan(path: string, ageMs: number): Promise<boolean> {
  const status = await stat(path).catch(() => undefined);
  return status !== undefined && Date.now() - status.mtimeMs > ageMs;
}
