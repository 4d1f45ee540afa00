/**
 * Reads and decodes one view of a stored image in a worker thread, within bounds of memory and time that all images
 * share.
 */
import { isSecateurError } from "@secateur/base";
import { UnreadableFileError } from "../errors.ts";
import { byteBudget } from "./byte-budget.ts";
import { decodedBytes, readForm } from "./decode.ts";
import { decodeInThread } from "./decode-threads.ts";
import type { View } from "./resample.ts";
import type { Decoding } from "./view-pixels.ts";

export interface StoredImage {
  /** For messages. */
  readonly name: string;
  readonly size: () => Promise<number>;
  readonly read: () => Promise<Uint8Array>;
}

export interface ViewOptions {
  readonly decoding: Decoding;
  /** The view of an image of this size. */
  readonly view: (height: number, width: number) => View;
}

/** Of all images that are being decoded. The largest allowed image fits with four channels of one byte. */
const pixelBudget = byteBudget(768e6);
const fileBudget = byteBudget(256e6);

/**
 * All calls together hold at most 256 MB of files and 768 MB of pixels, or one larger file; the decoder may take as much
 * again. An image has at most 179 million pixels, a file 1.1 GB, and decoding takes at most 60 seconds.
 *
 * @returns [window.height, window.width, 3], RGB, 0..255
 * @throws UnreadableFileError if it is not a complete image; DatasetError if the image or sharp cannot be read.
 */
export async function decodeView(image: StoredImage, options: ViewOptions): Promise<Uint8Array> {
  const { name, size, read } = image;
  return fileBudget(await size(), async () => {
    const bytes = await read();
    const form = await explained(name, () => readForm(bytes));
    return pixelBudget(decodedBytes(form), () => {
      const view = options.view(form.height, form.width);
      return explained(name, () => decodeInThread({ bytes, form, view, decoding: options.decoding }));
    });
  });
}

/** Decoding errors as one sentence that names the image. */
async function explained<T>(name: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    if (isSecateurError(cause)) throw cause;
    const [reason = ""] = String(cause instanceof Error ? cause.message : cause).split("\n");
    throw new UnreadableFileError(name, reason, { cause });
  }
}
