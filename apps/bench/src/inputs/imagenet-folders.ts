/** The pictures of a run, by name: `--data`, with ImageNet's own labels, cut to `--subset`. */
import { type ImageFolder, imagenet } from "@secateur/datasets";
import { UsageError } from "../cli/usage-error.ts";
import type { BenchConfig } from "../compare/config.ts";
import { classCount, readClassList } from "./class-list.ts";

export interface Folders {
  readonly train: ImageFolder;
  readonly test: ImageFolder;
}

export async function findFolders({ data, classes: file, subset }: BenchConfig): Promise<Folders> {
  const directory = data ?? "";
  const classes = file === null ? undefined : readClassList(file);
  const train = await imagenet(directory, "train", { classes });
  const test = await imagenet(directory, "val", { classes });
  requireAllClasses(train);
  requireAllClasses(test);
  if (subset === null) return { train, test };
  if (subset > train.count) {
    throw new UsageError(
      `--subset wants at most ${train.count} training pictures, not ${subset}: ${train.directory} has no more.`,
    );
  }
  const testCount = Math.max(1, Math.round((subset * test.count) / train.count));
  return { train: evenly(train, subset), test: evenly(test, testCount) };
}

/** A rank among fewer folders would be another class's label, and every accuracy nought. */
function requireAllClasses({ classes, directory }: ImageFolder): void {
  if (classes.length === classCount) return;
  throw new UsageError(
    `${directory} holds ${classes.length} folders and not ImageNet's ${classCount}, so their labels are unknown: give --classes FILE, a text file with all ${classCount} wnids (Kaggle's LOC_synset_mapping.txt, for instance).`,
  );
}

/** `count` pictures at equal distances; as they lie class by class, all classes have their share. */
function evenly(folder: ImageFolder, count: number): ImageFolder {
  const indices = Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * folder.count) / count));
  return {
    ...folder,
    files: indices.map((index) => folder.files[index] ?? ""),
    labels: Int32Array.from(indices, (index) => folder.labels[index] ?? 0),
    count,
  };
}
