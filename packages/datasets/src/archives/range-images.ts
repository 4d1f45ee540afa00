/** Images that are byte ranges of archives, as `EncodedImages`. */
import { DatasetError } from "../errors.ts";
import type { EncodedImages } from "../images/encoded-images.ts";
import { maximumImageBytes } from "../images/image-files.ts";
import type { ByteSource } from "./byte-source.ts";

/** Of one data set; ImageNet has 1.3 million. */
export const maximumImages = 4_000_000;

export interface ImageRange {
  readonly archive: ByteSource;
  /** In the archive, for messages. */
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/** @param read - Reads an image; default: the bytes of its range. */
export function rangeImages(
  source: string,
  ranges: readonly ImageRange[],
  { classes, labels }: { readonly classes: readonly string[]; readonly labels: ArrayLike<number> },
  read: (range: ImageRange) => Promise<Uint8Array> = readBytes,
): EncodedImages {
  const at = (index: number): ImageRange => {
    const range = ranges[index];
    if (range === undefined)
      throw new DatasetError(`${source} has ${ranges.length} images; there is no image ${index}`);
    return range;
  };
  return {
    source,
    classes,
    labels: Int32Array.from(labels),
    count: ranges.length,
    nameOf(index) {
      const { archive, name } = at(index);
      return `${archive.name}: ${name}`;
    },
    sizeOf: async (index) => at(index).size,
    read: async (index) => read(at(index)),
  };
}

function readBytes({ archive, offset, size }: ImageRange): Promise<Uint8Array> {
  return archive.use((read) => read(offset, size));
}

/** @throws DatasetError for more images, or an image of more bytes, than are read. */
export function checkBounds(ranges: readonly ImageRange[], { archive, name, size }: ImageRange): void {
  if (ranges.length >= maximumImages)
    throw new DatasetError(`${archive.name} has more than ${maximumImages} images; split the data set`);
  if (size > maximumImageBytes)
    throw new DatasetError(
      `${archive.name}: ${name} has ${size} bytes; images of at most ${maximumImageBytes} are read`,
    );
}
