/** Where TensorFlow and the addons compiled against it are kept: a folder in the cache folder. */
import { statfsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import * as cache from "@secateur/base/node";
import { MissingPieceError } from "./problem.ts";

export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return join(cache.cacheFolder(environment), "native-engine");
}

/** Makes a folder, or replaces it, all or nothing. Throws `MissingPieceError` where it cannot be written. */
export async function fillFolder(folder: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  const parent = dirname(folder);
  let isWritable = false;
  try {
    await cache.fillFolder(folder, (temporary) => {
      isWritable = true;
      return fill(temporary);
    });
  } catch (error) {
    if (isWritable) throw error;
    throw new MissingPieceError(
      `Cannot write to ${parent} (${error instanceof Error ? error.message : error}): set SECATEUR_CACHE to a folder that can be written.`,
    );
  }
}

/** Throws `MissingPieceError` unless the disk of `folder` has that much free space. */
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
