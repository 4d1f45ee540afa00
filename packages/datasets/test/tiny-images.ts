/** Folders of small generated images. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import sharp, { type Sharp } from "sharp";
import { onTestFinished } from "vitest";

/** Creates a folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "secateur-images-"));
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Byte i of [height, width, 3] is (7 i² + 31 i) mod 256. */
export function formulaBytes(height: number, width: number): Uint8Array {
  return Uint8Array.from({ length: height * width * 3 }, (_, i) => (7 * i * i + 31 * i) % 256);
}

export function formulaImage(height: number, width: number): Sharp {
  return sharp(formulaBytes(height, width), { raw: { height, width, channels: 3 } });
}

export function plainImage(size: number, [r, g, b]: readonly [number, number, number]): Sharp {
  return sharp({ create: { height: size, width: size, channels: 3, background: { r, g, b } } });
}

/** Writes images or bytes to paths relative to `folder`. */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, Sharp | Uint8Array>>,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content instanceof Uint8Array ? content : await content.toBuffer());
  }
}

/** What a TIFF file's fields of CMYK pixels say. */
export interface CmykLayout {
  readonly bits: 8 | 16 | 32;
  /** 0: unspecified, 1 and 2: transparency. Undefined: no fifth channel. */
  readonly extraChannel?: 0 | 1 | 2;
  /** 1: unsigned integers, 3: floating point. Default 1. */
  readonly sampleFormat?: 1 | 3;
}

/** An uncompressed little-endian CMYK TIFF of one row (TIFF 6.0, sections 2 and 16). */
export function cmykTiff(layout: CmykLayout, width: number, samples: Uint8Array): Buffer {
  const { bits, extraChannel, sampleFormat = 1 } = layout;
  const channels = extraChannel === undefined ? 4 : 5;
  /** Tag, values; all of 16 bits. */
  const fields: readonly (readonly [tag: number, values: readonly number[]])[] = [
    [256, [width]],
    [257, [1]],
    [258, Array<number>(channels).fill(bits)],
    [259, [1]], // no compression
    [262, [5]], // separated inks
    [273, [0]], // offset of the samples, set below
    [277, [channels]],
    [278, [1]],
    [279, [samples.length]],
    [332, [1]], // CMYK
    ...(extraChannel === undefined ? [] : [[338, [extraChannel]] as const]),
    [339, Array<number>(channels).fill(sampleFormat)],
  ];
  const directoryEnd = 8 + 2 + 12 * fields.length + 4;
  const longFields = fields.filter(([, values]) => values.length > 2);
  const start = directoryEnd + 2 * channels * longFields.length;
  const file = Buffer.alloc(start);
  file.write("II*\0", "latin1");
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(fields.length, 8);
  let outside = directoryEnd;
  for (const [i, [tag, values]] of fields.entries()) {
    const at = 10 + 12 * i;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(3, at + 2);
    file.writeUInt32LE(values.length, at + 4);
    if (values.length === 1) file.writeUInt16LE(tag === 273 ? start : (values[0] ?? 0), at + 8);
    else {
      file.writeUInt32LE(outside, at + 8);
      for (const value of values) outside = file.writeUInt16LE(value, outside);
    }
  }
  return Buffer.concat([file, samples]);
}
