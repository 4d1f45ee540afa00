/**
 * Images in tar archives, read in place. A class is, in this order: the content of the neighbouring `.cls` or `.json`
 * file (WebDataset), the name of the inner archive (ImageNet's training archive, a tar of 1000 tars), the folder of the
 * image, or what a list says about its name (ImageNet's validation archive).
 */
import { basename, dirname, extname } from "node:path/posix";
import pMap from "p-map";
import { DatasetError, MissingFileError } from "../errors.ts";
import type { EncodedImages } from "../images/encoded-images.ts";
import type { Labelling } from "../images/image-files.ts";
import { isImageName } from "../images/image-folder.ts";
import { type LabelOptions, labelsOfNames, labelsOfNumbers } from "../images/labels.ts";
import { type ByteSource, nameOfAll, openSource, type ReadRange, readAhead } from "./byte-source.ts";
import { checkBounds, type ImageRange, rangeImages } from "./range-images.ts";
import { tarEntries } from "./tar-entries.ts";
import { keyOf, readLabel } from "./web-dataset-label.ts";

export interface TarImageOptions extends LabelOptions {
  /** Whether a folder or inner archive of this name is a class. Default: every name. */
  readonly isClass?: (name: string) => boolean;
  /** Called where images have no class in the archive. An image whose class is undefined is left out. */
  readonly findClasses?: () => Promise<FoundClasses>;
}

export interface FoundClasses extends LabelOptions {
  /** The class of an image by its file name. */
  readonly classOf: (fileName: string) => string | undefined;
}

/** Archives that are indexed at the same time. */
const indexedTogether = 8;

/** What one archive holds. */
interface Contents {
  /** In the order of the archive. */
  readonly images: ImageRange[];
  /** Names of inner archives or folders, per image. */
  readonly folders: string[];
  /** By the key of a sample. */
  readonly numbers: Map<string, number>;
}

/**
 * Lists the images of tar archives: reads all headers, but no image.
 *
 * At most 4 million images of 1.1 GB, headers of 64 kB, and labels of 1 MB each.
 *
 * @param locations - Paths, or URLs of a server that answers range requests.
 * @throws TruncatedFileError with the byte where an archive ends; DatasetError for images without labels.
 *
 * @example const train = await tarImages(["https://bucket.example/train-0000.tar"]); // WebDataset
 */
export async function tarImages(
  locations: readonly string[],
  options: TarImageOptions = {},
): Promise<EncodedImages> {
  const archives = await pMap(locations, openSource, { concurrency: indexedTogether });
  const contents = await pMap(archives, readContents, { concurrency: indexedTogether });
  const images = contents.flatMap((each) => each.images);
  const source = nameOfAll(archives);
  if (images.length === 0) throw new MissingFileError(`there are no images in ${source}`);
  const { classes, labels } = await labelled(contents, images, source, options);
  const kept = [...images.keys()].filter((index) => (labels[index] ?? -1) >= 0);
  if (kept.length === 0) throw new MissingFileError(`${source} has no images of the classes that are listed`);
  const keptImages = kept.flatMap((index) => images[index] ?? []);
  return rangeImages(source, keptImages, { classes, labels: kept.map((index) => labels[index] ?? 0) });
}

async function readContents(archive: ByteSource): Promise<Contents> {
  const contents: Contents = { images: [], folders: [], numbers: new Map() };
  await archive.use((read) => {
    const whole = { name: archive.name, start: 0, end: archive.size };
    return collect(readAhead(read, archive.size), archive, whole, null, contents);
  });
  return contents;
}

/** @param inner - The name of the inner archive that is read; null for the outer one. */
async function collect(
  read: ReadRange,
  archive: ByteSource,
  range: Parameters<typeof tarEntries>[1],
  inner: string | null,
  contents: Contents,
): Promise<void> {
  for await (const { name, offset, size } of tarEntries(read, range)) {
    const extension = extname(name);
    if (extension === ".tar" && inner === null) {
      const nested = { name: `${archive.name}: ${name}`, start: offset, end: offset + size };
      await collect(read, archive, nested, basename(name, extension), contents);
    } else if (isImageName(basename(name))) {
      const image = { archive, name, offset, size };
      checkBounds(contents.images, image);
      contents.images.push(image);
      contents.folders.push(inner ?? basename(dirname(name)));
    } else {
      const label = await readLabel(read, archive.name, { name, offset, size });
      if (label !== null) contents.numbers.set(keyOf(name), label);
    }
  }
}

async function labelled(
  contents: readonly Contents[],
  images: readonly ImageRange[],
  source: string,
  options: TarImageOptions,
): Promise<Labelling> {
  if (contents.some(({ numbers }) => numbers.size > 0))
    return labelsOfNumbers(contents.flatMap(sampleLabels), source, options);
  const { isClass = () => true, findClasses } = options;
  const folders = contents.flatMap((each) => each.folders);
  const flat = folders.findIndex((folder) => folder === "." || !isClass(folder));
  if (flat < 0) return labelsOfNames(folders, options);
  if (findClasses === undefined)
    throw new DatasetError(
      `${source} has images without a class, such as ${images[flat]?.name}: expected a folder or an inner archive per class, or a .cls file beside every image`,
    );
  const found = await findClasses();
  return labelsOfNames(
    images.map(({ name }) => found.classOf(basename(name)) ?? null),
    found,
  );
}

function sampleLabels({ images, numbers }: Contents): readonly number[] {
  return images.map(({ archive, name }) => {
    const label = numbers.get(keyOf(name));
    if (label !== undefined) return label;
    throw new DatasetError(
      `${archive.name}: ${name} has no label; expected a .cls or .json file with the same name`,
    );
  });
}
