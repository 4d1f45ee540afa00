/** `#disk` in browsers, which have no paths. */
import { ModelFileError } from "../errors.ts";
import type { OpenedModel } from "../model-folder.ts";

export async function openOnDisk(source: string): Promise<OpenedModel> {
  throw noPaths(source);
}

export async function listFolder(folder: string): Promise<readonly string[]> {
  throw noPaths(folder);
}

export async function writeFolder(folder: string): Promise<void> {
  throw noPaths(folder);
}

function noPaths(path: string): ModelFileError {
  return new ModelFileError(
    `"${path}" is a path, and browsers have none: use a URL, chosen files, or indexeddb://name`,
  );
}
