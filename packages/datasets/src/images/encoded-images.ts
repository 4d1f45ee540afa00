/**
 * Labelled images that stay where they are stored: in folders, archives or on a server. Names and labels are in memory;
 * an image's bytes are read by its index.
 */

export interface EncodedImages {
  /** The folder, file or URL that holds the images, for messages. */
  readonly source: string;
  /** Class names by label. */
  readonly classes: readonly string[];
  /** [count], class indices */
  readonly labels: Int32Array;
  readonly count: number;
  /** A path, or an archive and the image's name or byte offset in it. */
  nameOf(index: number): string;
  /** The size of the encoded image in bytes; 0 where it is not known before reading. */
  sizeOf(index: number): Promise<number>;
  /**
   * The encoded image: JPEG, PNG, WebP or TIFF.
   *
   * @throws UnreadableFileError where the stored bytes are damaged; other DatasetErrors where they are not accessible.
   */
  read(index: number): Promise<Uint8Array>;
  /**
   * The number of consecutive images that are stored together, where reading one reads all of them. A shuffled epoch then
   * mixes images of a few such groups at a time. Default: every image by itself.
   */
  readonly groupSizes?: Int32Array;
}

/**
 * Some of the images, in the order of `indices`.
 *
 * @example const half = selectImages(images, Array.from({ length: images.count / 2 }, (_, i) => 2 * i));
 */
export function selectImages(images: EncodedImages, indices: ArrayLike<number>): EncodedImages {
  const { source, classes, labels } = images;
  const at = (index: number): number => indices[index] ?? -1;
  const selected: EncodedImages = {
    source,
    classes,
    labels: Int32Array.from(indices, (index) => labels[index] ?? 0),
    count: indices.length,
    nameOf: (index) => images.nameOf(at(index)),
    sizeOf: (index) => images.sizeOf(at(index)),
    read: (index) => images.read(at(index)),
  };
  if (images.groupSizes === undefined) return selected;
  return { ...selected, groupSizes: selectedGroups(images.groupSizes, indices) };
}

/** The lengths of the runs of selected images that are in the same group. */
function selectedGroups(groupSizes: Int32Array, indices: ArrayLike<number>): Int32Array {
  const groupOf = Int32Array.from(
    [...groupSizes].flatMap((size, group) => Array.from({ length: size }, () => group)),
  );
  const sizes: number[] = [];
  let previous = -1;
  for (let i = 0; i < indices.length; i++) {
    const group = groupOf[indices[i] ?? 0] ?? 0;
    if (group === previous) sizes[sizes.length - 1] = (sizes.at(-1) ?? 0) + 1;
    else sizes.push(1);
    previous = group;
  }
  return Int32Array.from(sizes);
}
