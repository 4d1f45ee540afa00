/** ImageNet (ILSVRC2012) in the layout of torchvision and timm: train/<wnid>/ and val/<wnid>/, 1000 folders each. */
import { join } from "node:path";
import { DatasetError, MissingFileError } from "../errors.ts";
import type { EncodedImages } from "./encoded-images.ts";
import { type ImageFolderOptions, imageFolder } from "./image-folder.ts";

export type ImagenetSplit = "train" | "val";

const layout =
  "ImageNet is expected as train/<wnid>/*.JPEG and val/<wnid>/*.JPEG; move the validation images, which the archive keeps in one flat folder, into one folder per wnid";

/**
 * Lists a split of the ImageNet in `directory`. Labels are the indices of the sorted wnids, as in torchvision, timm and
 * Keras. If only some of the 1000 folders exist, pass all wnids as `classes` to keep their labels.
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
  const unknown = folder.classes.find((name) => !/^n\d{8}$/.test(name));
  if (unknown !== undefined) {
    throw new DatasetError(
      `${unknown} in ${folder.source} is not a wnid such as n01440764; ${layout}; use imageFolder for other class names`,
    );
  }
  return folder;
}

async function readSplit(directory: string, options: ImageFolderOptions): Promise<EncodedImages> {
  try {
    return await imageFolder(directory, options);
  } catch (cause) {
    if (!(cause instanceof MissingFileError)) throw cause;
    throw new MissingFileError(`${cause.message}; ${layout}`, { cause });
  }
}
