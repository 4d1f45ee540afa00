/** An ImageNet of two classes with a few noisy images, and untrained weights. */
import fs from "node:fs";
import path from "node:path";
import { imagenetWnids } from "@secateur/datasets";
import { createModel, type ModelName, saveWeights } from "@secateur/models";
import sharp from "sharp";

/** Of the two classes with images: they do not follow from their folders alone. */
export const ranks = [3, 700] as const;

/** Writes train/ and val/ with `count` images per class. */
export async function writeTinyImagenet(directory: string, count: number): Promise<void> {
  for (const split of ["train", "val"]) {
    for (const rank of ranks) {
      const folder = path.join(directory, split, imagenetWnids[rank] ?? "");
      fs.mkdirSync(folder, { recursive: true });
      for (let i = 0; i < count; i++) {
        const noise = { type: "gaussian", mean: (rank * 37 + 20 * i) % 200, sigma: 30 } as const;
        const create = { width: 90 + 30 * i, height: 120, channels: 3, background: "black", noise } as const;
        await sharp({ create })
          .jpeg()
          .toFile(path.join(folder, `${i}.JPEG`));
      }
    }
  }
}

export function writeWeights(file: string, name: ModelName): void {
  const model = createModel(name);
  fs.writeFileSync(file, saveWeights(model));
  model.dispose();
}
