/** ImageNet (ILSVRC2012) in the layout of torchvision and timm: train/<wnid>/ and val/<wnid>/, 1000 folders each. */
import { join } from "node:path";
import { DatasetError, MissingFileError } from "../errors.ts";
import type { EncodedImages } from "./encoded-images.ts";
import { type ImageFolderOptions, imageFolder } from "./image-folder.ts";
import { imagenetWnids } from "./imagenet-wnids.ts";

export type ImagenetSplit = "train" | "val";

const layout =
  "ImageNet is expected as train/<wnid>/*.JPEG and val/<wnid>/*.JPEG; move the validation images, which the archive keeps in one flat folder, into one folder per wnid";

/**
 * Lists a split of the ImageNet in `directory`. Labels are the indices of all 1000 wnids in sorted order, as in torchvision,
 * timm and Keras, also where only some of their folders exist. `classes` gives another order, or other classes.
 *
 * @throws MissingFileError or DatasetError for another layout.
 *
 * @example const validation = await imagenet("/data/imagenet", "val"); // 50,000 images
 */
export async function imagenet(
  directory: string,
  split: ImagenetSplit,
  options: ImageFolderOptions = {},
): Promise<EncodedImages> {
  const folder = await readSplit(join(directory, split), options);
  if (options.classes !== undefined) return folder;
  const ranks = new Map(imagenetWnids.map((wnid, rank) => [wnid, rank]));
  const unknown = folder.classes.find((name) => !ranks.has(name));
  if (unknown !== undefined) {
    throw new DatasetError(
      `${unknown} in ${folder.source} is not the wnid of one of ImageNet's 1000 classes, such as n01440764; ${layout}; use imageFolder for other classes`,
    );
  }
  const labels = folder.labels.map((label) => ranks.get(folder.classes[label] ?? "") ?? 0);
  return { ...folder, classes: imagenetWnids, labels };
}

async function readSplit(directory: string, options: ImageFolderOptions): Promise<EncodedImages> {
  try {
    return await imageFolder(directory, options);
  } catch (cause) {
    if (!(cause instanceof MissingFileError)) throw cause;
    throw new MissingFileError(`${cause.message}; ${layout}`, { cause });
  }
}
