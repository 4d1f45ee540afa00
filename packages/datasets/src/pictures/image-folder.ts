/** Pictures sorted into folders, one for each class: <class>/<picture>. Only names are read, the pictures stay on disk. */
import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { DatasetOptionError, MissingFileError } from "../errors.ts";

export interface ImageFolder {
  readonly directory: string;
  /** The names of the classes' folders. A label is a place in this list. */
  readonly classes: readonly string[];
  /** [count], each picture's name in the folder of its class */
  readonly files: readonly string[];
  /** [count], the index of each picture's class */
  readonly labels: Int32Array;
  readonly count: number;
}

export interface ImageFolderOptions {
  /**
   * The classes in the order of their labels, so that some of ImageNet's folders keep their labels among the thousand.
   * A folder that is not named is left out; a class without a folder has no pictures. Default the folders' names, sorted.
   */
  readonly classes?: readonly string[] | undefined;
}

/** Names that do not end so, in capitals or not, are no pictures; neither are hidden files. */
const extensions: ReadonlySet<string> = new Set([".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"]);

/**
 * The pictures of `directory`, class by class.
 *
 *     const train = await imageFolder("flowers/train"); // flowers/train/daisy/1.jpg: train.classes[0] is "daisy"
 *
 * Throws `MissingFileError` where there is no folder, no folder in it, or no picture in those.
 */
export async function imageFolder(directory: string, options: ImageFolderOptions = {}): Promise<ImageFolder> {
  const present = await classFolders(directory);
  const classes = options.classes ?? [...present].sort(byCodePoint);
  if (new Set(classes).size < classes.length) {
    throw new DatasetOptionError(
      `classes names a folder twice; each of ${directory} can have one label only`,
    );
  }
  const files: string[] = [];
  const labels: number[] = [];
  for (const [label, name] of classes.entries()) {
    if (!present.has(name)) continue;
    const names = await readdir(join(directory, name));
    for (const file of names.filter(isPicture).sort(byCodePoint)) {
      files.push(file);
      labels.push(label);
    }
  }
  if (files.length === 0) {
    throw new MissingFileError(
      `the folders of ${directory}${options.classes ? " that classes names" : ""} hold no pictures; names that end in ${[...extensions].join(", ")} are expected in them`,
    );
  }
  return { directory, classes, files, labels: Int32Array.from(labels), count: files.length };
}

/** Where picture `index` is. */
export function picturePath({ directory, classes, files, labels }: ImageFolder, index: number): string {
  return join(directory, classes[labels[index] ?? 0] ?? "", files[index] ?? "");
}

async function classFolders(directory: string): Promise<ReadonlySet<string>> {
  const entries = await listDirectory(directory);
  const folders = new Set<string>();
  for (const entry of entries) {
    if (!entry.name.startsWith(".") && (await isFolder(directory, entry))) folders.add(entry.name);
  }
  if (folders.size > 0) return folders;
  const flat = entries.some(({ name }) => isPicture(name));
  throw new MissingFileError(
    `${directory} holds ${flat ? "pictures but " : ""}no folders; a folder for each class is expected in it, with the pictures of the class`,
  );
}

async function listDirectory(directory: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (cause) {
    throw new MissingFileError(
      `${directory} is no folder that can be read; a folder is expected there, in it one for each class`,
      { cause },
    );
  }
}

/** Data sets are often linked together from elsewhere. */
async function isFolder(directory: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return stat(join(directory, entry.name)).then(
    (target) => target.isDirectory(),
    () => false,
  );
}

function isPicture(name: string): boolean {
  return !name.startsWith(".") && extensions.has(extname(name).toLowerCase());
}

/** Python's order, and so everybody's labels. JavaScript's own differs beyond the first 65,536 characters. */
function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
