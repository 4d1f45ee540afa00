import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { listImages, readImage } from "@secateur/datasets";
import sharp from "sharp";
import { afterAll, expect, it } from "vitest";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "secateur-images-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

it("lists images in any layout, without hidden files", async () => {
  for (const file of ["b.png", "a/c.JPG", "a/d/e.webp", "a/notes.txt", ".hidden/f.png", "a/.g.png"]) {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), "");
  }
  expect(await listImages(folder)).toEqual(["a/c.JPG", "a/d/e.webp", "b.png"]);
  await expect(listImages(path.join(folder, "none"))).rejects.toThrow("is not a readable folder");
  await expect(listImages(path.join(folder, ".hidden", ".."))).resolves.toHaveLength(3);
});

it("reads the largest centred part with the wanted aspect ratio", async () => {
  // Six columns of one colour each: the middle two remain.
  const pixels = Uint8Array.from({ length: 2 * 6 * 3 }, (_, i) => 40 * (Math.floor(i / 3) % 6));
  const file = path.join(folder, "columns.png");
  await sharp(pixels, { raw: { width: 6, height: 2, channels: 3 } })
    .png()
    .toFile(file);
  const read = await readImage(file, { height: 2, width: 2 });
  expect([...read]).toEqual([80, 80, 80, 120, 120, 120, 80, 80, 80, 120, 120, 120]);
});
