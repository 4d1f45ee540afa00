/** The names of a network's classes in the order of its outputs: ImageNet's, or those of a file. */
import fs from "node:fs";
import { readTextFile, UsageError } from "@secateur/command-line";
import { imagenetWnids } from "@secateur/datasets";
import { z } from "zod";

/**
 * @param file - Of 64 MB at most. Null for ImageNet's wnids, where the network has as many classes.
 * @param classCount - Of the network.
 * @returns Null where the classes are the names of the data's folders, sorted.
 */
export function classNames(file: string | null, classCount: number): readonly string[] | null {
  if (file === null) return classCount === imagenetWnids.length ? imagenetWnids : null;
  if (!fs.existsSync(file)) throw new UsageError(`--classes: there is no file ${file}.`);
  const names = namesIn(readTextFile(file));
  if (names.length === classCount && new Set(names).size === classCount) return names;
  throw new UsageError(
    `--classes: ${file} has ${new Set(names).size} different names, and the network has ${classCount} classes: give their names in the order of its outputs, one a line.`,
  );
}

/** Wnids, wherever they are in the text; else the labels of Teachable Machine's metadata.json; else lines. */
function namesIn(text: string): readonly string[] {
  const wnids = text.match(/\bn\d{8}\b/g);
  if (wnids !== null) return wnids;
  return (
    labelsIn(text) ??
    text
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== "")
  );
}

function labelsIn(text: string): readonly string[] | undefined {
  try {
    return metadata.parse(JSON.parse(text)).labels;
  } catch {
    return undefined;
  }
}

const metadata = z.object({ labels: z.array(z.string()) });
