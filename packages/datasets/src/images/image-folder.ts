/** Lists a folder of images in the layout <class>/<image>. Only names are read; the images stay on disk. */
import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { DatasetOptionError, MissingFileError } from "../errors.ts";
import type { EncodedImages } from "./encoded-images.ts";
import { imageFiles } from "./image-files.ts";

export interface ImageFolderOptions {
  /**
   * Class names in the order of their labels, for instance all 1000 wnids when only some of ImageNet's folders exist.
   * Other folders are ignored; a class without a folder has no images. Default: the folder names, sorted.
   */
  readonly classes?: readonly string[] | undefined;
}

/** Case-insensitive. Other files and hidden files are ignored. */
export const imageExtensions: ReadonlySet<string> = new Set([
  ".jpeg",
  ".jpg",
  ".png",
  ".tif",
  ".tiff",
  ".webp",
]);

/**
 * Lists the images of `directory`, sorted by class, then by name. Only names are read; memory is in proportion to them.
 *
 * @throws MissingFileError if `directory`, its class folders or their images are missing; DatasetOptionError for a
 * class that is listed twice.
 *
 * @example const train = await imageFolder("flowers/train"); // flowers/train/daisy/1.jpg: train.classes[0] is "daisy"
 */
export async function imageFolder(
  directory: string,
  options: ImageFolderOptions = {},
): Promise<EncodedImages> {
  const present = await classFolders(directory);
  const classes = options.classes ?? [...present].sort(byCodePoint);
  if (new Set(classes).size < classes.length) {
    throw new DatasetOptionError(
      `classes lists a folder of ${directory} twice; every folder has exactly one label`,
    );
  }
  const files: string[] = [];
  const labels: number[] = [];
  for (const [label, name] of classes.entries()) {
    if (!present.has(name)) continue;
    const names = await readdir(join(directory, name));
    for (const file of names.filter(isImageName).sort(byCodePoint)) {
      files.push(join(name, file));
      labels.push(label);
    }
  }
  if (files.length === 0) {
    throw new MissingFileError(
      `the folders of ${directory}${options.classes ? " that classes lists" : ""} contain no images; expected files named ${[...imageExtensions].map((extension) => `*${extension}`).join(", ")}`,
    );
  }
  return imageFiles(directory, files, { classes, labels });
}

async function classFolders(directory: string): Promise<ReadonlySet<string>> {
  const entries = await listDirectory(directory);
  const folders = new Set<string>();
  for (const entry of entries) {
    if (!entry.name.startsWith(".") && (await isFolder(directory, entry))) folders.add(entry.name);
  }
  if (folders.size > 0) return folders;
  const flat = entries.some(({ name }) => isImageName(name));
  throw new MissingFileError(
    `${directory} contains ${flat ? "images but " : ""}no folders; expected one folder per class with the images of the class`,
  );
}

async function listDirectory(directory: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (cause) {
    throw new MissingFileError(
      `${directory} is not a readable folder; expected a folder with one folder per class`,
      { cause },
    );
  }
}

/** Follows symbolic links: data sets are often assembled from links. */
async function isFolder(directory: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return stat(join(directory, entry.name)).then(
    (target) => target.isDirectory(),
    () => false,
  );
}

export function isImageName(name: string): boolean {
  return !name.startsWith(".") && imageExtensions.has(extname(name).toLowerCase());
}

/** Python's order of strings, on which published labels rest. JavaScript's differs beyond U+FFFF. */
export function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
