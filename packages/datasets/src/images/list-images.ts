/** Lists the images of a folder and its subfolders, in any layout. Only names are read. */
import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { MissingFileError } from "../errors.ts";
import { byCodePoint, imageExtensions, isImageName } from "./image-folder.ts";

/**
 * Paths relative to `directory`, sorted. Hidden files and folders are ignored. Memory is in proportion to the names.
 *
 * @throws MissingFileError if `directory` is not a folder or contains no images.
 *
 * @example const files = await listImages("photos"); // ["2024/beach.jpg", "cat.png"]
 */
export async function listImages(directory: string): Promise<readonly string[]> {
  const entries = await readEntries(directory);
  const files = entries
    .filter((entry) => !entry.isDirectory() && isImageName(entry.name))
    .map(({ parentPath, name }) => relative(directory, join(parentPath, name)))
    .filter((file) => !file.split(/[\\/]/).some((part) => part.startsWith(".")));
  if (files.length > 0) return files.sort(byCodePoint);
  throw new MissingFileError(
    `${directory} contains no images; expected files named ${[...imageExtensions].map((extension) => `*${extension}`).join(", ")}`,
  );
}

async function readEntries(directory: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(directory, { recursive: true, withFileTypes: true });
  } catch (cause) {
    throw new MissingFileError(`${directory} is not a readable folder; expected a folder with images`, {
      cause,
    });
  }
}
