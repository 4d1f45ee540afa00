/**
 * A picture's file as RGB bytes, the way that Pillow's `Image.open(path).convert("RGB")` reads it: no colour profile is
 * applied, nothing is turned upright by EXIF, transparency is dropped, CMYK is converted by the plain formula. Decoding
 * is done by sharp (libvips, libjpeg-turbo), which is loaded with the first picture, in threads of its own.
 */
import { readFile } from "node:fs/promises";
import { DatasetError, errorCode, UnreadableFileError } from "../errors.ts";
import type { Pixels } from "./resample.ts";

/** Throws `DatasetError` if there is no such file or no sharp, `UnreadableFileError` if it is no whole picture. */
export async function decode(path: string): Promise<Pixels> {
  const sharp = await loadSharp();
  const bytes = await readPicture(path);
  try {
    // Like Pillow: a warning of the decoder is none, a cut file is an error.
    const picture = sharp(bytes, { ignoreIcc: true, failOn: "error" });
    const isCmyk = (await picture.metadata()).space === "cmyk";
    const colours = isCmyk
      ? picture.pipelineColourspace("cmyk").toColourspace("cmyk")
      : picture.toColourspace("srgb").removeAlpha();
    const { data, info } = await colours.raw().toBuffer({ resolveWithObject: true });
    return { data: isCmyk ? rgbFromCmyk(data) : data, height: info.height, width: info.width };
  } catch (cause) {
    const [reason = ""] = String(cause instanceof Error ? cause.message : cause).split("\n");
    throw new UnreadableFileError(path, reason, { cause });
  }
}

async function loadSharp(): Promise<typeof import("sharp")["default"]> {
  try {
    return (await import("sharp")).default;
  } catch (cause) {
    throw new DatasetError("sharp, which decodes pictures, does not load; npm install sharp says why", {
      cause,
    });
  }
}

async function readPicture(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new DatasetError(
      `${path} cannot be read (${errorCode(cause) ?? String(cause)}); check that it is still there, and its permissions`,
      { cause },
    );
  }
}

/** [pixels, 4] to [pixels, 3]: (255 - ink) · (255 - black) / 255, in Pillow's rounding. */
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
