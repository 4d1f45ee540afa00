/**
 * Lists of images and their classes: `name wnid` or `name number` per line, separated by blanks, tabs or commas, such as
 * Kaggle's LOC_val_solution.csv (name, then a wnid and boxes) and Caffe's val.txt (name, then a label from 0).
 */
import { basename } from "node:path/posix";
import { DatasetError } from "../errors.ts";
import { readRegularFile } from "../read-regular-file.ts";

const maximumBytes = 256e6;

export interface LabelList {
  /** By file name without folder and extension: a wnid, or a number. */
  readonly entries: ReadonlyMap<string, string>;
  readonly isNumbered: boolean;
}

/**
 * At most 256 MB, in linear time.
 *
 * @throws DatasetError for a line of another form, with its number, and for a larger file.
 */
export async function readLabelList(file: string): Promise<LabelList> {
  const bytes = await readRegularFile(file, "give a list of images", maximumBytes);
  const lines = Buffer.from(bytes).toString("utf8").split(/\r?\n/);
  const entries = new Map<string, string>();
  for (const [index, line] of lines.entries()) {
    const isHeader = index === 0 && line.startsWith("ImageId,");
    if (line.trim() === "" || isHeader) continue;
    const [name, value] = parseLine(line.trim(), index, file);
    entries.set(stemOf(name), value);
  }
  const numbered = [...entries.values()].filter((value) => !value.startsWith("n")).length;
  if (entries.size > 0 && (numbered === 0 || numbered === entries.size))
    return { entries, isNumbered: numbered > 0 };
  throw new DatasetError(
    `${file} has ${numbered} labels and ${entries.size - numbered} wnids; expected a list of either, one image per line`,
  );
}

function parseLine(line: string, index: number, file: string): readonly [name: string, value: string] {
  const [, name, value] = /^(.+?)[\s,]+(n\d{8}|\d{1,9})(?:[\s,].*)?$/.exec(line.slice(0, 1000)) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw new DatasetError(
    `line ${index + 1} of ${file} is ${JSON.stringify(line.slice(0, 60))}; expected a file name and a wnid such as n01440764, or a label from 0`,
  );
}

/** A file name without folder and extension: Kaggle's lists have no extension. */
export function stemOf(name: string): string {
  return basename(name).replace(/\.[A-Za-z]+$/, "");
}
