/** The pictures that the fixtures hold in every format, and the labels that they have there. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import type { EncodedImages } from "../src/index.ts";

export const fixtures: string = path.join(import.meta.dirname, "fixtures");

/** ILSVRC2012's labels of three training and the first three validation images. */
export const stored = {
  train: { "n01440764_18.JPEG": 0, "n01440764_36.JPEG": 0, "n01443537_2.JPEG": 1 },
  val: {
    "ILSVRC2012_val_00000001.JPEG": 65,
    "ILSVRC2012_val_00000002.JPEG": 970,
    "ILSVRC2012_val_00000003.JPEG": 230,
  },
} as const;

export const wnidsOf = {
  train: ["n01440764", "n01440764", "n01443537"],
  val: ["n01751748", "n09193705", "n02105855"],
} as const;

export const picture = (split: keyof typeof stored, name: string): Buffer =>
  fs.readFileSync(path.join(fixtures, "pictures", split, name));

/** Labels by the name of the picture whose bytes an image has, in the order of the images. */
export async function identify(images: EncodedImages): Promise<readonly (readonly [string, number])[]> {
  const names = new Map<string, string>();
  for (const split of ["train", "val"] as const)
    for (const name of Object.keys(stored[split])) names.set(picture(split, name).toString("hex"), name);
  const indices = Array.from({ length: images.count }, (_, index) => index);
  return Promise.all(
    indices.map(async (index) => {
      const hex = Buffer.from(await images.read(index)).toString("hex");
      return [names.get(hex) ?? "unknown bytes", images.labels[index] ?? -1] as const;
    }),
  );
}

/** GNU tar, in `folder`. */
export function tar(folder: string, ...args: readonly string[]): void {
  execFileSync("tar", ["-C", folder, ...args], { stdio: ["ignore", "ignore", "pipe"] });
}
