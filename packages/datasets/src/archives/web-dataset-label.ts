/**
 * Labels in WebDataset archives (github.com/webdataset/webdataset): `<key>.cls` holds a number from 0; `<key>.json` an
 * object with such a number as "label" or "cls".
 */
import { basename, dirname } from "node:path/posix";
import { UnreadableFileError } from "../errors.ts";
import type { ReadRange } from "./byte-source.ts";
import type { TarEntry } from "./tar-entries.ts";

/** Of a file that holds a label. */
const maximumBytes = 1e6;

/** The name up to the first dot: files of one sample share it. */
export function keyOf(name: string): string {
  const [stem = ""] = basename(name).split(".");
  return `${dirname(name)}/${stem}`;
}

/** Null for a file that holds no label. */
export async function readLabel(
  read: ReadRange,
  archive: string,
  { name, offset, size }: TarEntry,
): Promise<number | null> {
  const isJson = name.endsWith(".json");
  if (!isJson && !name.endsWith(".cls") && !name.endsWith(".cls.txt")) return null;
  const where = `${archive}: ${name}`;
  if (size > maximumBytes)
    throw new UnreadableFileError(where, `it has ${size} bytes, more than ${maximumBytes}`);
  const text = (await read(offset, size)).toString("utf8").trim();
  if (isJson) return labelInJson(where, text);
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UnreadableFileError(where, `it holds ${JSON.stringify(text.slice(0, 40))} instead of a number`);
}

function labelInJson(where: string, text: string): number | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UnreadableFileError(where, "it is not JSON", { cause });
  }
  if (typeof value !== "object" || value === null) return null;
  const label = "label" in value ? value.label : "cls" in value ? value.cls : null;
  return typeof label === "number" ? label : null;
}
