/**
 * Decodes the bytes of an image to RGB as Pillow's `Image.open(path).convert("RGB")` does: no colour profile, no EXIF
 * rotation, no alpha channel; CMYK is converted by the plain formula. Decoding is done by sharp (libvips,
 * libjpeg-turbo) in libuv's threads; sharp is loaded with the first image.
 */
import type { Metadata, Sharp } from "sharp";
import { DatasetError } from "../errors.ts";
import type { Pixels } from "./resample.ts";

/** Pillow refuses larger images too: twice its `Image.MAX_IMAGE_PIXELS`. */
const maximumPixels = 178_956_970;
const timeoutSeconds = 60;

/** First bytes of JPEG, PNG, TIFF and BigTIFF files, as latin1. */
const signatures = ["\xff\xd8\xff", "\x89PNG\r\n\x1a\n", "II*\0", "II+\0", "MM\0*", "MM\0+"];

/** What an image file's header says. */
export type Form = Pick<Metadata, "space" | "depth" | "width" | "height">;

/** @throws Error with the reason as its message, where the bytes are no image. */
export async function readForm(bytes: Uint8Array): Promise<Form> {
  const { space, depth, width, height } = await (await openImage(bytes)).metadata();
  return { space, depth, width, height };
}

/** The size in bytes of the decoder's output. */
export function decodedBytes({ space, depth, width, height }: Form): number {
  if (space !== "cmyk") return width * height * 3;
  return width * height * (depth === "ushort" ? 8 : 4);
}

/** @throws Error with the reason as its message, where the bytes are not a complete image. */
export async function openImage(bytes: Uint8Array): Promise<Sharp> {
  const sharp = await loadSharp();
  if (!isBitmap(bytes)) throw new Error("its content is not JPEG, PNG, WebP or TIFF");
  // Like Pillow: ignore the decoder's warnings, fail on a truncated file.
  const options = { ignoreIcc: true, failOn: "error", limitInputPixels: maximumPixels } as const;
  return sharp(bytes, options).timeout({ seconds: timeoutSeconds });
}

/** @throws Error with the reason as its message, where the bytes are not a complete image. */
export async function decodePixels(bytes: Uint8Array, { space, depth }: Form): Promise<Pixels> {
  const isCmyk = space === "cmyk";
  if (isCmyk && depth !== "uchar" && depth !== "ushort")
    throw new Error(`CMYK with channels of type ${depth} is not supported`);
  const opaque = (await openImage(bytes)).removeAlpha();
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
