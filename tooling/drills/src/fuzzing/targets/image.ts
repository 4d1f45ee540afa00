/** `imageBatches` of one file: PNG, JPEG, WebP and TIFF files of several kinds with changed bytes. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { createRandom } from "@secateur/base";
import { centerCrop, DatasetError, imageBatches, imageFolder, imagenetStatistics } from "@secateur/datasets";
import * as tf from "@tensorflow/tfjs-core";
import sharp from "sharp";
import { mutateBytes, pick } from "../mutate.ts";
import type { FuzzTarget } from "../target.ts";

/** Files of the decoder's own encoder, which are valid. */
async function samples(): Promise<readonly Uint8Array[]> {
  const [width, height] = [19, 13];
  const random = createRandom(1);
  const pixels = Uint8Array.from({ length: width * height * 3 }, () => random.below(256));
  const image = sharp(pixels, { raw: { width, height, channels: 3 } });
  const wide = image.clone().toColourspace("rgb16");
  const cmyk = image.clone().toColourspace("cmyk");
  const kinds = [
    image.clone().png(),
    image.clone().png({ palette: true }),
    image.clone().png({ progressive: true }),
    image.clone().greyscale().png(),
    image.clone().ensureAlpha(0.5).png(),
    wide.clone().png(),
    image.clone().jpeg(),
    image.clone().jpeg({ progressive: true }),
    cmyk.clone().jpeg(),
    image.clone().webp(),
    image.clone().webp({ lossless: true }),
    image.clone().tiff({ compression: "none" }),
    image.clone().tiff({ compression: "lzw" }),
    image.clone().tiff({ compression: "deflate", tile: true }),
    cmyk.clone().tiff({ compression: "none" }),
    wide.clone().tiff({ compression: "none" }),
  ];
  return Promise.all(kinds.map((kind) => kind.toBuffer()));
}

const pngSignatureBytes = 8;

/** With right checksums, so that changes reach the decoder behind them. */
function repairPng(png: Uint8Array): Uint8Array {
  const bytes = Buffer.from(png);
  for (let at = pngSignatureBytes; at + 12 <= bytes.length; ) {
    const end = at + 8 + bytes.readUInt32BE(at);
    if (end + 4 > bytes.length) break;
    bytes.writeUInt32BE(crc32(bytes.subarray(at + 4, end)), end);
    at = end + 4;
  }
  return bytes;
}

export async function imageTarget(): Promise<FuzzTarget> {
  const files = await samples();
  const directory = mkdtempSync(join(tmpdir(), "secateur-drill-"));
  mkdirSync(join(directory, "class"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, "class", "1.png");
  writeFileSync(file, "");
  const folder = await imageFolder(directory);
  const options = {
    batchSize: 1,
    crop: centerCrop({ size: 8 }),
    normalize: imagenetStatistics,
    onCorrupt: () => {},
  };
  return {
    name: "image",
    make(random) {
      const bytes = mutateBytes(pick(files, random), random, pick([1, 1, 5], random));
      const isPng = Buffer.from(bytes.subarray(0, 4)).toString("latin1") === "\x89PNG";
      return isPng && random.below(4) > 0 ? repairPng(bytes) : bytes;
    },
    async read(input) {
      writeFileSync(file, input);
      for await (const { xs, ys } of imageBatches(folder, options)) tf.dispose([xs, ys]);
    },
    rejections: [DatasetError],
  };
}
