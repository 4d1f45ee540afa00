/** ImageNet images of one flat folder whose names say their class: n01440764_tench.JPEG or n01440764_10026.JPEG. */
import { DatasetError } from "../errors.ts";
import type { EncodedImages } from "../images/encoded-images.ts";
import { imageFiles } from "../images/image-files.ts";
import type { ImageFolderOptions } from "../images/image-folder.ts";
import { listImages } from "../images/list-images.ts";
import { imagenetWnids } from "./imagenet-wnids.ts";

/**
 * Lists the images of `directory` and its subfolders by name. Labels are indices of `classes`, by default of all 1000 wnids in
 * sorted order, as in torchvision, timm and Keras.
 *
 * @throws MissingFileError without images; DatasetError for a name that does not begin with one of the classes.
 *
 * @example const samples = await imagenetByName("imagenet-sample-images"); // n01443537_goldfish.JPEG: label 1
 */
export async function imagenetByName(
  directory: string,
  { classes = imagenetWnids }: ImageFolderOptions = {},
): Promise<EncodedImages> {
  const files = await listImages(directory);
  const ranks = new Map(classes.map((wnid, rank) => [wnid, rank]));
  const labels = files.map((file) => {
    const [wnid = ""] = (file.split(/[\\/]/).at(-1) ?? "").split(/[_.]/);
    const label = ranks.get(wnid);
    if (label !== undefined) return label;
    throw new DatasetError(
      `${file} in ${directory} does not begin with the wnid of one of the ${classes.length} classes; expected names such as n01440764_tench.JPEG`,
    );
  });
  return imageFiles(directory, files, { classes, labels });
}
