/**
 * Decodes an image file to RGB bytes as Pillow's `Image.open(path).convert("RGB")` does: no colour profile, no EXIF
 * rotation, no alpha channel; CMYK is converted by the plain formula. Decoding is done by sharp (libvips,
 * libjpeg-turbo) in its own threads; sharp is loaded with the first image.
 */
import { stat } from "node:fs/promises";
import type { Metadata, Sharp } from "sharp";
import { DatasetError, UnreadableFileError } from "../errors.ts";
import { readRegularFile } from "../read-regular-file.ts";
import { byteBudget } from "./byte-budget.ts";
import type { Pixels } from "./resample.ts";

/** Pillow refuses larger images too: twice its `Image.MAX_IMAGE_PIXELS`. */
const maximumPixels = 178_956_970;
/** An uncompressed file of that many pixels, 16 bits per channel. */
const maximumFileBytes = 1.1e9;
const timeoutSeconds = 60;

/** Of all images that are being decoded. An image of `maximumPixels` fits with four channels of one byte. */
const pixelBudget = byteBudget(768e6);
const fileBudget = byteBudget(256e6);

/** First bytes of JPEG, PNG, TIFF and BigTIFF files, as latin1. */
const signatures = ["\xff\xd8\xff", "\x89PNG\r\n\x1a\n", "II*\0", "II+\0", "MM\0*", "MM\0+"];

/**
 * Decodes an image and passes it to `use`. The pixels count as in memory until `use` returns.
 *
 * All calls together hold at most 256 MB of files and 768 MB of pixels, or one larger file; the decoder may take as much
 * again. An image has at most 179 million pixels, a file 1.1 GB, and decoding takes at most 60 seconds.
 *
 * @throws DatasetError if the file or sharp cannot be read; UnreadableFileError if it is not a complete image.
 */
export async function decode<T>(path: string, use: (pixels: Pixels) => T): Promise<T> {
  const sharp = await loadSharp();
  return fileBudget(await sizeOfFile(path), async () => {
    const bytes = await readRegularFile(path, missing, maximumFileBytes);
    if (!isBitmap(bytes)) throw new UnreadableFileError(path, "its content is not JPEG, PNG, WebP or TIFF");
    // Like Pillow: ignore the decoder's warnings, fail on a truncated file.
    const options = { ignoreIcc: true, failOn: "error", limitInputPixels: maximumPixels } as const;
    const image = sharp(bytes, options).timeout({ seconds: timeoutSeconds });
    const form = await explained(path, () => image.metadata());
    return pixelBudget(decodedBytes(form), async () => use(await explained(path, () => rgbOf(image, form))));
  });
}

const missing = "the folder changed after it was listed";

/** 0 where there is none: reading it then explains why. */
async function sizeOfFile(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

type Form = Pick<Metadata, "space" | "depth" | "width" | "height">;

/** Of the decoder's output. */
function decodedBytes({ space, depth, width, height }: Form): number {
  if (space !== "cmyk") return width * height * 3;
  return width * height * (depth === "ushort" ? 8 : 4);
}

async function rgbOf(image: Sharp, { space, depth }: Form): Promise<Pixels> {
  const isCmyk = space === "cmyk";
  if (isCmyk && depth !== "uchar" && depth !== "ushort")
    throw new Error(`CMYK with channels of type ${depth} is not supported`);
  const opaque = image.removeAlpha();
  const colours = isCmyk
    ? opaque.pipelineColourspace("cmyk").toColourspace("cmyk").raw({ depth })
    : opaque.toColourspace("srgb").raw();
  const { data, info } = await colours.toBuffer({ resolveWithObject: true });
  if (info.channels !== (isCmyk ? 4 : 3))
    throw new Error(`it has ${info.channels} channels that are not RGB`);
  const { height, width } = info;
  if (!isCmyk) return { data, height, width };
  return { data: rgbFromCmyk(depth === "ushort" ? highBytes(data) : data), height, width };
}

/** Decoding errors as one sentence that names the file. */
async function explained<T>(path: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    const [reason = ""] = String(cause instanceof Error ? cause.message : cause).split("\n");
    throw new UnreadableFileError(path, reason, { cause });
  }
}

/** The decoder would also open SVG, PDF and other formats, which run far more code. */
function isBitmap(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 12)).toString("latin1");
  const isWebp = start.startsWith("RIFF") && start.endsWith("WEBP");
  return isWebp || signatures.some((signature) => start.startsWith(signature));
}

async function loadSharp(): Promise<typeof import("sharp")["default"]> {
  try {
    return (await import("sharp")).default;
  } catch (cause) {
    throw new DatasetError("sharp, the image decoder, does not load; run `npm install sharp` to see why", {
      cause,
    });
  }
}

/** The more significant half of little-endian 16-bit numbers, as Pillow takes it. */
function highBytes(pairs: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: pairs.length / 2 }, (_, i) => pairs[2 * i + 1] ?? 0);
}

/** [pixels, 4] to [pixels, 3]: (255 - ink) · (255 - black) / 255, rounded as in Pillow. */
function rgbFromCmyk(cmyk: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((cmyk.length / 4) * 3);
  for (let pixel = 0; pixel < cmyk.length / 4; pixel++) {
    const white = 255 - (cmyk[4 * pixel + 3] ?? 0);
    for (let channel = 0; channel < 3; channel++) {
      rgb[3 * pixel + channel] = white - Math.round(((cmyk[4 * pixel + channel] ?? 0) * white) / 255);
    }
  }
  return rgb;
}
