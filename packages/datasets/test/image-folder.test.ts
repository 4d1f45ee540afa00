import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import {
  DatasetError,
  DatasetOptionError,
  type EncodedImages,
  imageFolder,
  imagenet,
  imagenetByName,
  imagenetWnids,
  MissingFileError,
} from "../src/index.ts";
import { temporaryFolder, writeFiles } from "./tiny-images.ts";

const namesIn = (images: EncodedImages): readonly string[] =>
  Array.from({ length: images.count }, (_, i) =>
    path.relative(images.source, images.nameOf(i)).replaceAll(path.sep, "/"),
  );

/** Only names are read, so empty files suffice. */
async function folderOf(...names: readonly string[]): Promise<string> {
  const folder = temporaryFolder();
  await writeFiles(folder, Object.fromEntries(names.map((name) => [name, new Uint8Array()])));
  return folder;
}

describe("imageFolder", () => {
  it("labels images by the index of their folder in sorted order", async () => {
    const directory = await folderOf("dog/b.png", "cat/2.JPEG", "cat/1.jpg", "Ant/x.WebP");
    const folder = await imageFolder(directory);
    expect(folder).toMatchObject({
      source: directory,
      classes: ["Ant", "cat", "dog"],
      labels: Int32Array.of(0, 1, 1, 2),
      count: 4,
    });
    expect(namesIn(folder)).toEqual(["Ant/x.WebP", "cat/1.jpg", "cat/2.JPEG", "dog/b.png"]);
    expect(folder.nameOf(2)).toBe(path.join(directory, "cat", "2.JPEG"));
  });

  it("sorts by code point, as Python does", async () => {
    const names = ["\u{ff5e}", "\u{1f600}"];
    const { classes } = await imageFolder(await folderOf(`${names[1]}/1.png`, `${names[0]}/1.png`));
    expect(classes).toEqual(names);
    expect([...names].sort()).not.toEqual(names);
  });

  it("ignores hidden files and other files", async () => {
    const directory = await folderOf("a/1.png", "a/.2.png", "a/notes.txt", "a/png", ".git/1.png", "list.csv");
    expect(namesIn(await imageFolder(directory))).toEqual(["a/1.png"]);
  });

  it("follows links to folders", async () => {
    const directory = await folderOf("a/1.png");
    fs.symlinkSync(path.join(await folderOf("elsewhere/2.png"), "elsewhere"), path.join(directory, "b"));
    fs.symlinkSync(path.join(directory, "gone"), path.join(directory, "c"));
    expect(namesIn(await imageFolder(directory))).toEqual(["a/1.png", "b/2.png"]);
  });

  it("takes the labels from the given classes", async () => {
    const directory = await folderOf("a/1.png", "b/2.png", "c/3.png");
    const folder = await imageFolder(directory, { classes: ["c", "absent", "a"] });
    expect(folder.classes).toEqual(["c", "absent", "a"]);
    expect(namesIn(folder)).toEqual(["c/3.png", "a/1.png"]);
    expect([...folder.labels]).toEqual([0, 2]);
    await expect(imageFolder(directory, { classes: ["a", "a"] })).rejects.toThrow(DatasetOptionError);
  });

  it("reports what is missing", async () => {
    const missing = path.join(temporaryFolder(), "nowhere");
    await expect(imageFolder(missing)).rejects.toThrow(MissingFileError);
    await expect(imageFolder(missing)).rejects.toThrow(`${missing} is not a readable folder; expected`);
    await expect(imageFolder(await folderOf("list.csv"))).rejects.toThrow(
      "contains no folders; expected one folder per class",
    );
    await expect(imageFolder(await folderOf("1.png", "2.png"))).rejects.toThrow(
      "contains images but no folders",
    );
    const textOnly = await folderOf("a/notes.txt");
    await expect(imageFolder(textOnly)).rejects.toThrow(`the folders of ${textOnly} contain no images`);
    await expect(imageFolder(await folderOf("a/1.png"), { classes: ["b"] })).rejects.toThrow(
      "that classes lists contain no images",
    );
  });
});

describe("imagenet", () => {
  it("labels a part of the classes by their ranks among all", async () => {
    const directory = await folderOf(
      "train/n01443537/1.JPEG",
      "val/n01443537/1.JPEG",
      "val/n01440764/2.JPEG",
      "val/n01484850/3.JPEG",
    );
    expect([...(await imagenet(directory, "train")).labels]).toEqual([1]);
    const { classes, labels } = await imagenet(directory, "val");
    expect(classes).toBe(imagenetWnids);
    expect([...labels]).toEqual([0, 1, 2]);
    const own = await imagenet(directory, "val", { classes: ["n01484850", "n01440764"] });
    expect([...own.labels]).toEqual([0, 1]);
  });

  it("labels other wnids by their order", async () => {
    const { classes, labels } = await imagenet(
      await folderOf("val/n00000007/1.png", "val/n00000003/2.png"),
      "val",
    );
    expect(classes).toEqual(["n00000003", "n00000007"]);
    expect([...labels]).toEqual([0, 1]);
  });

  it("states the expected layout", async () => {
    const directory = await folderOf("train/cats/1.JPEG", "train/n01440764/1.JPEG");
    await expect(imagenet(directory, "train")).rejects.toThrow(DatasetError);
    await expect(imagenet(directory, "train")).rejects.toThrow(
      /^cats in .*train is not a wnid such as n01440764; expected a folder per wnid/,
    );
    await expect(imagenet(directory, "val")).rejects.toThrow(MissingFileError);
  });
});

describe("imagenetByName", () => {
  it("labels images by the wnid that begins their names, in all subfolders", async () => {
    const directory = await folderOf(
      "n01443537_goldfish.JPEG",
      "more/n15075141_1.JPEG",
      "n01440764_10026.jpg",
    );
    const folder = await imagenetByName(directory);
    const named = [...folder.labels].map((label, index) => [path.basename(folder.nameOf(index)), label]);
    expect(Object.fromEntries(named)).toEqual({
      "n01443537_goldfish.JPEG": 1,
      "n15075141_1.JPEG": 999,
      "n01440764_10026.jpg": 0,
    });
    expect(
      [
        ...(await imagenetByName(directory, { classes: ["n01443537", "n15075141", "n01440764"] })).labels,
      ].toSorted(),
    ).toEqual([0, 1, 2]);
  });

  it("names an image of another class", async () => {
    const directory = await folderOf("n01443537_goldfish.JPEG", "n99999999_1.JPEG");
    await expect(imagenetByName(directory)).rejects.toThrow(
      /^n99999999_1.JPEG in .* does not begin with the wnid of one of the 1000 classes; expected names such as/,
    );
  });
});
