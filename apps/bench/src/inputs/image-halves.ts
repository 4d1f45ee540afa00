/** A folder of images without train and val: every second image scores and calibrates, the others test. */
import fs from "node:fs";
import { type EncodedImages, imageFolder, imagenetByName, selectImages } from "@secateur/datasets";

/** Names of folders and archives that hold training or validation images by themselves. */
const splitNames =
  /(^|[^a-z])(train(ing)?|val(id|idation)?|data)([^a-z]|$)|ilsvrc|-of-\d|\.(tar|tfrecords?|parquet)$/i;
const namedImage = /^n\d{8}[_.].*\.(jpe?g|png|webp|tiff?)$/i;

/** Whether a directory holds images that are named after their wnids, or folders, and no splits. */
export function isOneSet(directory: string): boolean {
  const entries = entriesOf(directory);
  if (entries.some(({ name }) => namedImage.test(name))) return true;
  const isFolder = entries.some((entry) => entry.isDirectory() || entry.isSymbolicLink());
  return isFolder && !entries.some(({ name }) => splitNames.test(name));
}

/** @param classes - Null for the names of the folders, sorted. */
export async function imageHalves(
  directory: string,
  classes: readonly string[] | null,
): Promise<{ readonly train: EncodedImages; readonly test: EncodedImages }> {
  const options = classes === null ? {} : { classes };
  const isNamed = entriesOf(directory).some(({ name }) => namedImage.test(name));
  const images = await (isNamed ? imagenetByName : imageFolder)(directory, options);
  const every = (first: number): EncodedImages => {
    const count = Math.floor((images.count + 1 - first) / 2);
    return selectImages(
      images,
      Array.from({ length: count }, (_, i) => 2 * i + first),
    );
  };
  return { train: every(0), test: every(1) };
}

function entriesOf(directory: string): readonly fs.Dirent[] {
  try {
    return fs.readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}
