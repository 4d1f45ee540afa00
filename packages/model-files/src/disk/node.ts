/** `#disk` in Node: reads and writes folders. */
import { readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { withStaging } from "@secateur/base/node";
import { ModelFileError } from "../errors.ts";
import { type ModelFolder, type OpenedModel, tooLarge } from "../model-folder.ts";

/** The model at a path or `file:` URL; a folder stands for the model.json in it. */
export async function openOnDisk(source: string): Promise<OpenedModel> {
  const path = source.startsWith("file:") ? fileURLToPath(source) : source;
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() === true;
  if (isFolder) {
    const names = await listFolder(path);
    if (!names.includes("model.json"))
      throw new ModelFileError(
        `"${path}" contains no model.json, ${names.length === 0 ? "it is empty" : `but ${names.slice(0, 4).join(", ")}${names.length > 4 ? ", …" : ""}`}: pass the path of the model's own file`,
      );
    return { folder: diskFolder(path), name: "model.json" };
  }
  return { folder: diskFolder(dirname(path)), name: basename(path) };
}

/** Reads regular files alone: a pipe or a device could block for ever. */
function diskFolder(folder: string): ModelFolder {
  return {
    async read(path, maximumBytes) {
      const file = join(folder, path);
      const status = await stat(file).catch((cause) => {
        throw new ModelFileError(`"${file}" cannot be read: ${reason(cause)}`, { cause });
      });
      if (!status.isFile()) throw new ModelFileError(`"${file}" is not a regular file`);
      if (status.size > maximumBytes) throw tooLarge(file, status.size, maximumBytes);
      return await readFile(file).catch((cause) => {
        throw new ModelFileError(`"${file}" cannot be read: ${reason(cause)}`, { cause });
      });
    },
  };
}

/** Names of the files in a folder; none if it does not exist. */
export async function listFolder(folder: string): Promise<readonly string[]> {
  return await readdir(folder).catch(() => []);
}

/**
 * Writes files to a staging folder inside `folder` and renames them one by one, in order: whoever reads the last file
 * finds the others. Then removes `obsolete`. Creates the folder.
 */
export async function writeFolder(
  folder: string,
  files: ReadonlyMap<string, Uint8Array>,
  obsolete: readonly string[],
): Promise<void> {
  await withStaging(folder, async (staging) => {
    for (const [name, bytes] of files) await writeFile(join(staging, name), bytes, { flush: true });
    for (const name of files.keys()) await rename(join(staging, name), join(folder, name));
  });
  for (const name of obsolete) await rm(join(folder, name), { force: true });
}

function reason(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ENOENT") return "there is no such file";
  return cause instanceof Error ? cause.message : String(cause);
}
