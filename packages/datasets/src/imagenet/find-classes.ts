/**
 * Finds what says which class an image in a flat folder or archive has: a list of names and classes, or the devkit's
 * ground truth together with its meta.mat.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { FoundClasses } from "../archives/tar-images.ts";
import { readArchive } from "../cifar10/archive.ts";
import { LabelOrderError, MissingFileError } from "../errors.ts";
import { readRegularFile } from "../read-regular-file.ts";
import { type Devkit, groundTruthName, metaName, validationClasses } from "./devkit.ts";
import type { ImagenetSplit } from "./imagenet.ts";
import { readLabelList, stemOf } from "./label-list.ts";
import { devkitOrder } from "./label-order.ts";

const maximumBytes = 16e6;

const listNames: Readonly<Record<ImagenetSplit, readonly string[]>> = {
  train: ["LOC_train_solution.csv", "train.txt", "train_list.txt"],
  val: ["LOC_val_solution.csv", "val.txt", "val_list.txt", "validation.txt", "validation_list.txt"],
};
const devkitFolders = [".", "data", "ILSVRC2012_devkit_t12", "ILSVRC2012_devkit_t12/data"] as const;
const devkitArchives = ["ILSVRC2012_devkit_t12.tar.gz", "ILSVRC2012_devkit_t12.tgz"] as const;

/**
 * A file of the devkit has at most 16 MB, a list of images 256 MB; time is linear.
 *
 * @param classes - Class names by label.
 * @throws LabelOrderError for numbers in the devkit's order without meta.mat; MissingFileError where nothing is found.
 */
export async function findClasses(
  directory: string,
  split: ImagenetSplit,
  classes: readonly string[],
): Promise<FoundClasses> {
  const list = listNames[split].map((name) => join(directory, name)).find((file) => existsSync(file));
  if (list !== undefined) return listedClasses(list, classes);
  const devkit = split === "val" ? await findDevkit(directory) : null;
  if (devkit !== null) return { classes, classOf: validationClasses(devkit) };
  const names = [
    ...listNames[split],
    ...(split === "val" ? [devkitArchives[0], `${groundTruthName} with ${metaName}`] : []),
  ];
  throw new MissingFileError(
    `the ${split} images in ${directory} are in no class folders, and nothing says their classes; looked for ${names.join(", ")}`,
  );
}

async function listedClasses(file: string, classes: readonly string[]): Promise<FoundClasses> {
  const { entries, isNumbered } = await readLabelList(file);
  if (!isNumbered) return { classes, classOf: (name) => entries.get(stemOf(name)) };
  if ([...entries.values()].some((number) => Number(number) >= classes.length))
    throw new LabelOrderError(
      `${file} has labels above ${classes.length - 1}, so it does not number the sorted wnids from 0; ${devkitOrder}`,
    );
  return { classes, classOf: (name) => classes[Number(entries.get(stemOf(name)) ?? -1)] };
}

async function findDevkit(directory: string): Promise<Devkit | null> {
  for (const archive of devkitArchives
    .map((name) => join(directory, name))
    .filter((file) => existsSync(file))) {
    const files = new Map<string, Uint8Array>();
    await readArchive(archive, new Set([groundTruthName, metaName]), (name, bytes) => files.set(name, bytes));
    const [groundTruth, meta] = [files.get(groundTruthName), files.get(metaName)];
    if (groundTruth && meta) return { source: archive, groundTruth, meta };
  }
  const find = (name: string): string | undefined =>
    devkitFolders.map((folder) => join(directory, folder, name)).find((file) => existsSync(file));
  const [groundTruth, meta] = [find(groundTruthName), find(metaName)];
  if (groundTruth === undefined) return null;
  if (meta === undefined)
    throw new LabelOrderError(
      `${groundTruth} numbers the classes in the devkit's order, and nothing says which wnids they are; put the devkit's ${metaName} beside it, or Kaggle's LOC_val_solution.csv into ${directory}`,
    );
  const read = (file: string): Promise<Uint8Array> =>
    readRegularFile(file, "it is part of the devkit", maximumBytes);
  return { source: directory, groundTruth: await read(groundTruth), meta: await read(meta) };
}
