/** ImageNet (ILSVRC2012) as people have it: class folders, flat folders with a list of labels, or archives. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { FoundClasses } from "../archives/tar-images.ts";
import { DatasetError, MissingFileError } from "../errors.ts";
import type { EncodedImages } from "../images/encoded-images.ts";
import { imageFiles } from "../images/image-files.ts";
import { byCodePoint, type ImageFolderOptions, imageFolder, isImageName } from "../images/image-folder.ts";
import { labelsOfNames } from "../images/labels.ts";
import { findClasses } from "./find-classes.ts";
import { imagenetWnids } from "./imagenet-wnids.ts";
import { checkLabelOrder, isWnid } from "./label-order.ts";
import { findShards, readShards } from "./shards.ts";

export type ImagenetSplit = "train" | "val";

const allNumbers: readonly string[] = Array.from({ length: 1000 }, (_, label) => String(label));

/** Where the folders of the splits are; the last two are Kaggle's. */
const roots = [".", "ILSVRC/Data/CLS-LOC", "Data/CLS-LOC"] as const;
const folderNames: Readonly<Record<ImagenetSplit, readonly string[]>> = {
  train: ["train", "ILSVRC2012_img_train"],
  val: ["val", "validation", "ILSVRC2012_img_val"],
};

/**
 * Lists a split of the ImageNet in `directory`. Labels are the indices of all 1000 wnids in sorted order, as in
 * torchvision, timm and Keras, also where only some classes are there; `classes` gives another order, or other classes. Read are
 *
 * - train/<wnid>/*.JPEG and val/<wnid>/*.JPEG;
 * - val/*.JPEG with LOC_val_solution.csv, val.txt, or the devkit (packed or not);
 * - ILSVRC2012_img_train.tar, and ILSVRC2012_img_val.tar with one of the same;
 * - WebDataset, TFRecord and Parquet shards named train-*, val-* or validation-*, or in folders of those names;
 * - the shards listed in train-shards.txt and val-shards.txt, by path or URL.
 *
 * @throws MissingFileError where there is nothing of that; LabelOrderError for labels in another order; DatasetError for
 * damaged files.
 *
 * @example const validation = await imagenet("/data/imagenet", "val"); // 50,000 images
 */
export async function imagenet(
  directory: string,
  split: ImagenetSplit,
  options: ImageFolderOptions = {},
): Promise<EncodedImages> {
  const images = await readSplit(directory, split, options);
  if (images === null)
    throw new MissingFileError(
      `${directory} holds no ${split} images of ImageNet; looked for ${folderNames[split][0]}/<wnid>/*.JPEG, ILSVRC2012_img_${split}.tar, WebDataset, TFRecord and Parquet files named ${split}-*, and ${split}-shards.txt`,
    );
  const labelled = withAllClasses(images);
  checkLabelOrder(labelled);
  return labelled;
}

/** Archives number the classes, and the largest of them may be missing. */
function withAllClasses(images: EncodedImages): EncodedImages {
  const { classes } = images;
  if (classes[0] !== "0" || classes.length > allNumbers.length) return images;
  return { ...images, classes: allNumbers };
}

async function readSplit(
  directory: string,
  split: ImagenetSplit,
  options: ImageFolderOptions,
): Promise<EncodedImages | null> {
  const folders = roots.flatMap((root) => folderNames[split].map((name) => join(directory, root, name)));
  for (const folder of folders) {
    const images = await readFolder(folder, options, () => findClasses(directory, split, options));
    if (images !== null) return images;
  }
  const shards = await findShards(directory, split, folders);
  if (shards.length === 0) return null;
  return readShards(shards, {
    classes: options.classes,
    isClass: isWnid,
    findClasses: () => findClasses(directory, split, options),
  });
}

/** Null where the folder has neither folders nor images. */
async function readFolder(
  folder: string,
  options: ImageFolderOptions,
  classesOf: () => ReturnType<typeof findClasses>,
): Promise<EncodedImages | null> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.map(({ name }) => name).filter((name) => !name.startsWith("."));
  if (entries.some((entry) => !entry.isFile() && names.includes(entry.name) && isWnid(entry.name)))
    return classFolders(folder, options);
  const files = names.filter(isImageName).sort(byCodePoint);
  if (files.length > 0) return flatFolder(folder, files, await classesOf());
  const other = entries.find((entry) => entry.isDirectory() && names.includes(entry.name));
  return other === undefined ? null : classFolders(folder, options);
}

async function classFolders(folder: string, options: ImageFolderOptions): Promise<EncodedImages> {
  const images = await imageFolder(folder, options);
  if (options.classes !== undefined) return images;
  const ranks = new Map(imagenetWnids.map((wnid, rank) => [wnid, rank]));
  const unknown = images.classes.find((name) => !ranks.has(name));
  if (unknown !== undefined)
    throw new DatasetError(
      `${unknown} in ${folder} is not the wnid of one of ImageNet's 1000 classes, such as n01440764; expected a folder per wnid: use imageFolder for other classes`,
    );
  const labels = images.labels.map((label) => ranks.get(images.classes[label] ?? "") ?? 0);
  return { ...images, classes: imagenetWnids, labels };
}

function flatFolder(folder: string, files: readonly string[], found: FoundClasses): EncodedImages {
  const { classes, labels } = labelsOfNames(
    files.map((file) => found.classOf(file) ?? null),
    found,
  );
  const kept = [...files.keys()].filter((index) => (labels[index] ?? -1) >= 0);
  if (kept.length === 0) throw new MissingFileError(`${folder} has no images of the classes that are listed`);
  return imageFiles(
    folder,
    kept.map((index) => files[index] ?? ""),
    { classes, labels: kept.map((index) => labels[index] ?? 0) },
  );
}
