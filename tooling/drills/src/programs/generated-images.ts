/** Generated images: an ImageNet of two classes, and a folder of classes. */
import fs from "node:fs";
import path from "node:path";
import { createRandom } from "@secateur/base";
import sharp from "sharp";

/** Writes `count` images of noise around a colour into a folder, which is created. */
async function writeImages(folder: string, count: number, colour: number): Promise<void> {
  fs.mkdirSync(folder, { recursive: true });
  for (let i = 0; i < count; i++) {
    const raw = { width: 60 + 4 * (i % 8), height: 64, channels: 3 } as const;
    const random = createRandom(colour + i);
    const means = [colour % 192, (60 * i) % 192, (31 * i + colour) % 192];
    const pixels = Uint8Array.from(
      { length: 3 * raw.width * raw.height },
      (_, at) => (means[at % 3] ?? 0) + random.below(64),
    );
    await sharp(pixels, { raw })
      .jpeg()
      .toFile(path.join(folder, `${i}.JPEG`));
  }
}

/** Folders a, b and c with `count` images each. */
export async function writeClassFolders(folder: string, count: number): Promise<void> {
  for (const [i, name] of ["a", "b", "c"].entries())
    await writeImages(path.join(folder, name), count, 37 + 80 * i);
}

/** train/ and val/ with images of two classes, one of each cannot be decoded, and classes.txt with a thousand names. */
export async function writeTwoClassImagenet(folder: string, count: number): Promise<void> {
  const names = Array.from({ length: 1000 }, (_, i) => `n${String(1e7 + 7 * i)}`);
  for (const split of ["train", "val"]) {
    const classes = [3, 700].map((rank) => [rank, path.join(folder, split, names[rank] ?? "")] as const);
    for (const [rank, images] of classes) {
      await writeImages(images, count, rank);
      fs.writeFileSync(path.join(images, "broken.JPEG"), `no image ${rank}`);
    }
  }
  fs.writeFileSync(path.join(folder, "classes.txt"), names.join("\n"));
}
