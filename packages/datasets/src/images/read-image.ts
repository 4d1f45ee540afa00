/** Reads one image file at a given size. */
import { decodeView } from "./decode-view.ts";
import { readImageFile, sizeOfFile } from "./image-files.ts";
import type { View } from "./resample.ts";

export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/**
 * The largest centred part of the image with the aspect ratio of `size`, scaled to it bilinearly: `[height, width, 3]`, RGB,
 * 0..255. At most 179 million pixels, 1.1 GB of file and 60 seconds, with the memory of `imageBatches`.
 *
 * @throws UnreadableFileError for a file that is not a complete image.
 *
 * @example const pixels = await readImage("cat.jpg", { height: 224, width: 224 });
 */
export function readImage(path: string, size: ImageSize): Promise<Uint8Array> {
  const image = { name: path, size: () => sizeOfFile(path), read: () => readImageFile(path) };
  return decodeView(image, {
    decoding: "exact",
    view: (height, width) => centered({ height, width }, size),
  });
}

function centered(pixels: ImageSize, { height, width }: ImageSize): View {
  const scale = Math.max(height / pixels.height, width / pixels.width);
  const scaled = {
    height: Math.max(height, Math.round(pixels.height * scale)),
    width: Math.max(width, Math.round(pixels.width * scale)),
  };
  const window = {
    top: Math.floor((scaled.height - height) / 2),
    left: Math.floor((scaled.width - width) / 2),
    height,
    width,
  };
  return { box: { top: 0, left: 0, ...pixels }, scaled, window, mirrored: false };
}
