/** The thousand classes of ImageNet from a text file, for data sets that hold only some of their folders. */
import fs from "node:fs";
import { UsageError } from "@secateur/command-line";

export const classCount = 1000;

/**
 * Every wnid in the file, sorted: a class's label is its index. Other text is ignored, so a plain list works, and so do
 * Kaggle's LOC_synset_mapping.txt and Keras's imagenet_class_index.json.
 */
export function readClassList(file: string): readonly string[] {
  if (!fs.existsSync(file)) throw new UsageError(`--classes: there is no file ${file}.`);
  const wnids = new Set(fs.readFileSync(file, "utf8").match(/\bn\d{8}\b/g));
  if (wnids.size === classCount) return [...wnids].sort();
  throw new UsageError(
    `--classes: ${file} holds ${wnids.size} different wnids such as n01440764; all ${classCount} of ImageNet are needed, because a class's label is its rank among them.`,
  );
}
