/** Where the files of one model are: a folder on disk, a folder of a server, or files chosen in a browser. */
import { ModelFileError } from "./errors.ts";

export interface ModelFolder {
  /**
   * @param path - Relative to the folder, separated by `/`; checked by `insideFolder`.
   * @param maximumBytes - Checked before the content is in memory, where the size is known beforehand.
   * @throws ModelFileError if the file is missing or larger.
   */
  read(path: string, maximumBytes: number): Promise<Uint8Array>;
}

export interface OpenedModel {
  readonly folder: ModelFolder;
  /** Of the file to begin with: `model.json`, or a Keras file. */
  readonly name: string;
}

/** A model.json beyond this size is refused. The largest of tfjs's own models has 0.4 MB. */
export const maximumJsonBytes: number = 64 * 2 ** 20;

/**
 * Returns the path unchanged.
 *
 * @throws ModelFileError if it is absolute, a URL, or leaves the folder.
 */
export function insideFolder(path: string): string {
  const isOutside = /^[/\\]|^[a-z][a-z\d+.-]*:|\\|\0/i.test(path) || path.split("/").includes("..");
  if (path !== "" && !isOutside) return path;
  throw new ModelFileError(
    `model.json lists the weight file ${JSON.stringify(path.slice(0, 200))}: weight files must lie in the model's own folder`,
  );
}

export function tooLarge(path: string, bytes: number | string, maximumBytes: number): ModelFileError {
  return new ModelFileError(
    `"${path}" has ${bytes} bytes, expected at most ${maximumBytes}: it does not belong to this model`,
  );
}
