/**
 * Decodes an image file to RGB bytes as Pillow's `Image.open(path).convert("RGB")` does: no colour profile, no EXIF
 * rotation, no alpha channel; CMYK is converted by the plain formula. Decoding is done by sharp (libvips,
 * libjpeg-turbo) in its own threads; sharp is loaded with the first image.
 */
import { DatasetError, UnreadableFileError } from "../errors.ts";
import { readRegularFile } from "../read-regular-file.ts";
import type { Pixels } from "./resample.ts";

/** Pillow refuses larger images too: twice its `Image.MAX_IMAGE_PIXELS`. */
const maximumPixels = 178_956_970;

/** First bytes of JPEG, PNG, TIFF and BigTIFF files, as latin1. */
const signatures = ["\xff\xd8\xff", "\x89PNG\r\n\x1a\n", "II*\0", "II+\0", "MM\0*", "MM\0+"];

/** @throws DatasetError if the file or sharp cannot be read; UnreadableFileError if it is not a complete image. */
export async function decode(path: string): Promise<Pixels> {
  const sharp = await loadSharp();
  const bytes = await readRegularFile(path, "the folder changed after it was listed");
  if (!isBitmap(bytes)) throw new UnreadableFileError(path, "its content is not JPEG, PNG, WebP or TIFF");
  try {
    // Like Pillow: ignore the decoder's warnings, fail on a truncated file.
    const image = sharp(bytes, { ignoreIcc: true, failOn: "error", limitInputPixels: maximumPixels });
    const isCmyk = (await image.metadata()).space === "cmyk";
    const colours = isCmyk
      ? image.pipelineColourspace("cmyk").toColourspace("cmyk")
      : image.toColourspace("srgb").removeAlpha();
    const { data, info } = await colours.raw().toBuffer({ resolveWithObject: true });
    return { data: isCmyk ? rgbFromCmyk(data) : data, height: info.height, width: info.width };
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
