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
