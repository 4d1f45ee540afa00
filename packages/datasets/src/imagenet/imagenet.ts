/** ImageNet (ILSVRC2012) as people have it: class folders, flat folders with a list of labels, or archives. */
import { join } from "node:path";
import type { FoundClasses } from "../archives/tar-images.ts";
import { DatasetError, MissingFileError } from "../errors.ts";
import type { EncodedImages } from "../images/encoded-images.ts";
import { imageFiles } from "../images/image-files.ts";
import { byCodePoint, type ImageFolderOptions, imageFolder, isImageName } from "../images/image-folder.ts";
import { labelsOfNames } from "../images/labels.ts";
import { entriesOf } from "./entries-of.ts";
import { findClasses } from "./find-classes.ts";
import { imagenetWnids } from "./imagenet-wnids.ts";
import { checkLabelOrder, isWnid } from "./label-order.ts";
import { findShards, readShards } from "./shards.ts";

export type ImagenetSplit = "train" | "val";

/** Where the folders of the splits are; the last two are Kaggle's. */
const roots = [".", "ILSVRC/Data/CLS-LOC", "Data/CLS-LOC"] as const;
const folderNames: Readonly<Record<ImagenetSplit, readonly string[]>> = {
  train: ["train", "ILSVRC2012_img_train"],
  val: ["val", "validation", "ILSVRC2012_img_val"],
};

/**
 * Lists a split of the ImageNet in `directory`. Labels are the indices of the sorted wnids, as in torchvision, timm and
 * Keras, also where only some of the 1000 classes exist. Read are
 *
 * - train/<wnid>/*.JPEG and val/<wnid>/*.JPEG;
 * - val/*.JPEG with LOC_val_solution.csv, val.txt, or the devkit (packed or not);
 * - ILSVRC2012_img_train.tar, and ILSVRC2012_img_val.tar with one of the same;
 * - WebDataset, TFRecord and Parquet shards named train-*, val-* or validation-*, or in folders of those names;
 * - the shards listed in train-shards.txt and val-shards.txt, by path or URL.
 *
 * A list of images has at most 256 MB, a file of the devkit 16 MB, a list of shards 16 MB and 100,000 archives. Images and
 * archives have the bounds of `imageBatches`, `tarImages`, `tfRecordImages` and `parquetImages`.
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
  checkLabelOrder(images);
  return images;
}

async function readSplit(
  directory: string,
  split: ImagenetSplit,
  options: ImageFolderOptions,
): Promise<EncodedImages | null> {
  const classes = options.classes ?? imagenetWnids;
  const classesOfFiles = (): Promise<FoundClasses> => findClasses(directory, split, classes);
  const folders = roots.flatMap((root) => folderNames[split].map((name) => join(directory, root, name)));
  for (const folder of folders) {
    const images = await readFolder(folder, options, classesOfFiles);
    if (images !== null) return images;
  }
  const shards = await findShards(directory, split, folders);
  if (shards.length === 0) return null;
  return readShards(shards, { classes, isClass: isWnid, findClasses: classesOfFiles });
}

/** Null where the folder has neither folders nor images. */
async function readFolder(
  folder: string,
  options: ImageFolderOptions,
  classesOfFiles: () => Promise<FoundClasses>,
): Promise<EncodedImages | null> {
  const visible = await entriesOf(folder);
  const isClassFolder = visible.some((entry) => !entry.isFile() && isWnid(entry.name));
  const files = visible.map(({ name }) => name).filter(isImageName);
  if (files.length > 0 && !isClassFolder)
    return flatFolder(folder, files.sort(byCodePoint), await classesOfFiles());
  return visible.some((entry) => !entry.isFile()) ? classFolders(folder, options) : null;
}

async function classFolders(folder: string, options: ImageFolderOptions): Promise<EncodedImages> {
  const images = await imageFolder(folder, options);
  const other = images.classes.find((name) => !isWnid(name));
  if (other !== undefined)
    throw new DatasetError(
      `${other} in ${folder} is not a wnid such as n01440764; expected a folder per wnid: use imageFolder for other class names`,
    );
  const all = new Set(imagenetWnids);
  const isPart = options.classes === undefined && images.classes.every((name) => all.has(name));
  return isPart ? imageFolder(folder, { classes: imagenetWnids }) : images;
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
