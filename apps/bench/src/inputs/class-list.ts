/** The thousand classes of ImageNet from a file of the user's, for where not all of their folders are there. */
import fs from "node:fs";
import { UsageError } from "../cli/usage-error.ts";

export const classCount = 1000;

/**
 * Sorted: a class's label is its place. Whatever else the file says is passed over, so that a plain list will do, as will
 * Kaggle's LOC_synset_mapping.txt or Keras's imagenet_class_index.json.
 */
export function readClassList(file: string): readonly string[] {
  if (!fs.existsSync(file)) throw new UsageError(`There is no file ${file}, which --classes names.`);
  const wnids = new Set(fs.readFileSync(file, "utf8").match(/\bn\d{8}\b/g));
  if (wnids.size === classCount) return [...wnids].sort();
  throw new UsageError(
    `${file}, which --classes names, holds ${wnids.size} different wnids such as n01440764; all ${classCount} of ImageNet are expected, as the rank among them is a class's label.`,
  );
}
