/** Generated images: an ImageNet of two classes, and a folder of classes. */
import fs from "node:fs";
import path from "node:path";
import sharp from "sharp";

/** Writes `count` images of one colour each into a folder, which is created. */
async function writeImages(folder: string, count: number, colour: number): Promise<void> {
  fs.mkdirSync(folder, { recursive: true });
  for (let i = 0; i < count; i++) {
    const background = { r: colour % 256, g: (60 * i) % 256, b: (31 * i + colour) % 256 };
    const image = sharp({ create: { width: 60 + 4 * i, height: 64, channels: 3, background } });
    await image.jpeg().toFile(path.join(folder, `${i}.JPEG`));
  }
}

/** Folders a, b and c with `count` images each. */
export async function writeClassFolders(folder: string, count: number): Promise<void> {
  for (const [i, name] of ["a", "b", "c"].entries())
    await writeImages(path.join(folder, name), count, 37 + 80 * i);
}

/** train/ and val/ with two images for each of two classes, and classes.txt with a thousand names. */
export async function writeTwoClassImagenet(folder: string): Promise<void> {
  const names = Array.from({ length: 1000 }, (_, i) => `n${String(1e7 + 7 * i)}`);
  for (const split of ["train", "val"])
    for (const rank of [3, 700]) await writeImages(path.join(folder, split, names[rank] ?? ""), 2, rank);
  fs.writeFileSync(path.join(folder, "classes.txt"), names.join("\n"));
}
