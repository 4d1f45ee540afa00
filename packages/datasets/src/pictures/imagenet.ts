/** ImageNet (ILSVRC2012) as torchvision and timm want it too: train/<wnid>/ and val/<wnid>/, a thousand folders each. */
import { join } from "node:path";
import { DatasetError, MissingFileError } from "../errors.ts";
import { type ImageFolder, type ImageFolderOptions, imageFolder } from "./image-folder.ts";

export type ImagenetSplit = "train" | "val";

const layout =
  "ImageNet is expected as train/<wnid>/*.JPEG and val/<wnid>/*.JPEG, so the archive's flat folder of validation pictures has to be sorted into one folder for each wnid";

/**
 * A split of the ImageNet in `directory`. Labels are the wnids' ranks, which is what torchvision's, timm's and Keras's
 * networks count by. Where only some of the thousand folders are there, `classes` keeps their labels.
 *
 *     const validation = await imagenet("/data/imagenet", "val"); // 50,000 pictures
 *
 * Throws `MissingFileError` or `DatasetError` for another layout.
 */
export async function imagenet(
  directory: string,
  split: ImagenetSplit,
  options: ImageFolderOptions = {},
): Promise<ImageFolder> {
  const folder = await readSplit(join(directory, split), options);
  const stranger = folder.classes.find((name) => !/^n\d{8}$/.test(name));
  if (stranger !== undefined) {
    throw new DatasetError(
      `${stranger} in ${folder.directory} is no wnid such as n01440764; ${layout}; imageFolder takes any other names`,
    );
  }
  return folder;
}

async function readSplit(directory: string, options: ImageFolderOptions): Promise<ImageFolder> {
  try {
    return await imageFolder(directory, options);
  } catch (cause) {
    if (!(cause instanceof MissingFileError)) throw cause;
    throw new MissingFileError(`${cause.message}; ${layout}`, { cause });
  }
}
