/** The images of a run and their labels: `--data`, cut to `--subset`. */
import path from "node:path";
import { UsageError } from "@secateur/command-line";
import { type EncodedImages, imageFolder, imagenet, imagenetWnids, selectImages } from "@secateur/datasets";
import type { ImageSettings } from "./batch-source.ts";
import { classNames } from "./class-names.ts";
import { imageHalves, isOneSet } from "./image-halves.ts";

export interface ImagenetFolders {
  readonly train: EncodedImages;
  readonly test: EncodedImages;
}

/** @param classCount - Of the network. */
export async function findFolders(
  { data, classes: file, subset }: Pick<ImageSettings, "data" | "classes" | "subset">,
  classCount: number,
): Promise<ImagenetFolders> {
  const directory = data ?? "";
  const classes = classNames(file, classCount);
  const { train, test } = await (isOneSet(directory) ? imageHalves : splits)(directory, classes);
  requireClasses(train, classCount);
  if (subset === null) return { train, test };
  if (subset > train.count) {
    throw new UsageError(
      `--subset must be at most ${train.count}, the number of training images in ${train.source}, not ${subset}.`,
    );
  }
  const testCount = Math.max(1, Math.round((subset * test.count) / train.count));
  return { train: evenly(train, subset), test: evenly(test, testCount) };
}

/** @param classes - Null for the names of the folders, sorted. */
async function splits(directory: string, classes: readonly string[] | null): Promise<ImagenetFolders> {
  if (classes?.every((name) => /^n\d{8}$/.test(name))) {
    const options = classes === imagenetWnids ? {} : { classes };
    return {
      train: await imagenet(directory, "train", options),
      test: await imagenet(directory, "val", options),
    };
  }
  const train = await imageFolder(path.join(directory, "train"), classes === null ? {} : { classes });
  return { train, test: await imageFolder(path.join(directory, "val"), { classes: train.classes }) };
}

/** Without `--classes`, labels are ranks among the folders' names; with missing folders they would be those of other classes. */
function requireClasses({ classes, source }: EncodedImages, classCount: number): void {
  if (classes.length === classCount) return;
  throw new UsageError(
    `${source} has ${classes.length} folders of classes, and the network has ${classCount} classes: give --classes FILE, a text file with the names of the folders in the order of the network's outputs, one a line.`,
  );
}

/** `count` images at equal distances in the order of their labels: every class keeps its share. */
function evenly(images: EncodedImages, count: number): EncodedImages {
  const { labels } = images;
  const byLabel = Array.from(labels.keys()).sort((a, b) => (labels[a] ?? 0) - (labels[b] ?? 0) || a - b);
  const chosen = Array.from({ length: count }, (_, i) => {
    return byLabel[Math.floor(((i + 0.5) * images.count) / count)] ?? 0;
  });
  return selectImages(
    images,
    chosen.sort((a, b) => a - b),
  );
}
