/** The image files of a run and their labels: `--data`, cut to `--subset`. */

import { UsageError } from "@secateur/command-line";
import { type EncodedImages, imagenet, selectImages } from "@secateur/datasets";
import type { ImageSettings } from "./batch-source.ts";
import { classCount, readClassList } from "./class-list.ts";

export interface ImagenetFolders {
  readonly train: EncodedImages;
  readonly test: EncodedImages;
}

export async function findFolders({
  data,
  classes: file,
  subset,
}: Pick<ImageSettings, "data" | "classes" | "subset">): Promise<ImagenetFolders> {
  const directory = data ?? "";
  const classes = file === null ? undefined : readClassList(file);
  const train = await imagenet(directory, "train", { classes });
  const test = await imagenet(directory, "val", { classes });
  requireAllClasses(train);
  requireAllClasses(test);
  if (subset === null) return { train, test };
  if (subset > train.count) {
    throw new UsageError(
      `--subset must be at most ${train.count}, the number of training images in ${train.source}, not ${subset}.`,
    );
  }
  const testCount = Math.max(1, Math.round((subset * test.count) / train.count));
  return { train: evenly(train, subset), test: evenly(test, testCount) };
}

/** Labels are ranks among all classes; of other wnids than ImageNet's, some alone do not have them. */
function requireAllClasses({ classes, source }: EncodedImages): void {
  if (classes.length === classCount) return;
  throw new UsageError(
    `${source} holds ${classes.length} of ${classCount} classes, and not those of ImageNet-1k, so the labels are unknown: give --classes FILE, a text file with all ${classCount} wnids in any order.`,
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
