/** The image files of a run and their labels: `--data`, cut to `--subset`. */

import { UsageError } from "@secateur/command-line";
import { type ImageFolder, imagenet } from "@secateur/datasets";
import type { ImageSettings } from "./batch-source.ts";
import { classCount, readClassList } from "./class-list.ts";

export interface ImagenetFolders {
  readonly train: ImageFolder;
  readonly test: ImageFolder;
}

export async function findFolders({
  data,
  classes: file,
  subset,
}: Omit<ImageSettings, "model">): Promise<ImagenetFolders> {
  const directory = data ?? "";
  const classes = file === null ? undefined : readClassList(file);
  const train = await imagenet(directory, "train", { classes });
  const test = await imagenet(directory, "val", { classes });
  requireAllClasses(train);
  requireAllClasses(test);
  if (subset === null) return { train, test };
  if (subset > train.count) {
    throw new UsageError(
      `--subset must be at most ${train.count}, the number of training images in ${train.directory}, not ${subset}.`,
    );
  }
  const testCount = Math.max(1, Math.round((subset * test.count) / train.count));
  return { train: evenly(train, subset), test: evenly(test, testCount) };
}

/** Labels are ranks among all classes; with missing folders they would be those of other classes. */
function requireAllClasses({ classes, directory }: ImageFolder): void {
  if (classes.length === classCount) return;
  throw new UsageError(
    `${directory} holds ${classes.length} of ImageNet's ${classCount} folders, so the labels are unknown: give --classes FILE, a text file with all ${classCount} wnids (for instance Kaggle's LOC_synset_mapping.txt).`,
  );
}

/** `count` images at equal distances. Files are sorted by class, so every class keeps its share. */
function evenly(folder: ImageFolder, count: number): ImageFolder {
  const indices = Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * folder.count) / count));
  return {
    ...folder,
    files: indices.map((index) => folder.files[index] ?? ""),
    labels: Int32Array.from(indices, (index) => folder.labels[index] ?? 0),
    count,
  };
}
