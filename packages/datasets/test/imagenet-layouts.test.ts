import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import {
  type ImagenetSplit,
  imagenet,
  imagenetWnids,
  LabelOrderError,
  MissingFileError,
} from "../src/index.ts";
import { fixtures, identify, picture, stored, tar, wnidsOf } from "./stored-pictures.ts";
import { temporaryFolder } from "./tiny-images.ts";

const splits = ["train", "val"] as const;
const devkit = path.join(fixtures, "devkit");

function write(folder: string, name: string, content: string | Uint8Array): void {
  const file = path.join(folder, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content);
}

function classFolders(folder: string, split: ImagenetSplit): void {
  for (const [i, name] of Object.keys(stored[split]).entries())
    write(folder, `${split}/${wnidsOf[split][i]}/${name}`, picture(split, name));
}

function flatValidation(folder: string, name = "val"): void {
  fs.cpSync(path.join(fixtures, "pictures/val"), path.join(folder, name), { recursive: true });
}

/** A tar of one tar per class, made by tar. */
function officialTrain(folder: string): void {
  const made = temporaryFolder();
  classFolders(made, "train");
  const classes = [...new Set(wnidsOf.train)];
  for (const wnid of classes) {
    const names = Object.keys(stored.train).filter((name) => name.startsWith(wnid));
    tar(path.join(made, "train", wnid), "-cf", path.join(made, `${wnid}.tar`), ...names);
  }
  tar(made, "-cf", path.join(folder, "ILSVRC2012_img_train.tar"), ...classes.map((wnid) => `${wnid}.tar`));
}

function officialValidation(folder: string): void {
  const target = path.join(folder, "ILSVRC2012_img_val.tar");
  tar(path.join(fixtures, "pictures/val"), "-cf", target, ...Object.keys(stored.val));
}

const labelsIn = async (folder: string, split: ImagenetSplit, options = {}) =>
  identify(await imagenet(folder, split, options));
const inOrder = (split: ImagenetSplit) => Object.entries(stored[split]);
const byLabel = (split: ImagenetSplit) => inOrder(split).toSorted(([, a], [, b]) => a - b);

describe("archives that number the classes", () => {
  it.each(["tfrecord", "tfds", "webdataset", "parquet"])("%s", async (layout) => {
    for (const split of splits) {
      const images = await imagenet(path.join(fixtures, layout), split);
      expect(await identify(images)).toEqual(Object.entries(stored[split]));
      expect(images.classes).toBe(imagenetWnids);
      expect(images.nameOf(0)).toContain(layout);
    }
  });

  it("are found in folders for the splits, too", async () => {
    const folder = temporaryFolder();
    const names = ["imagenet1k-train-0000.tar", "imagenet1k-train-0001.tar"];
    for (const [i, name] of names.entries())
      write(folder, `train/${i}.tar`, fs.readFileSync(path.join(fixtures, "webdataset", name)));
    expect(await identify(await imagenet(folder, "train"))).toEqual(Object.entries(stored.train));
  });
});

describe("class folders", () => {
  it.each([".", "ILSVRC/Data/CLS-LOC"])("in %s", async (root) => {
    const folder = temporaryFolder();
    for (const split of splits) classFolders(path.join(folder, root), split);
    for (const split of splits) expect(await labelsIn(folder, split)).toEqual(byLabel(split));
  });
});

describe("a flat validation folder", () => {
  const lists: Readonly<Record<string, string>> = {
    "LOC_val_solution.csv":
      "ImageId,PredictionString\nILSVRC2012_val_00000002,n09193705 1 2 3 4 n09193705 5 6 7 8\nILSVRC2012_val_00000001,n01751748 9 9 9 9\nILSVRC2012_val_00000003,n02105855 1 1 2 2\n",
    "val_list.txt":
      "val/ILSVRC2012_val_00000001.JPEG\tn01751748\nval/ILSVRC2012_val_00000002.JPEG\tn09193705\nval/ILSVRC2012_val_00000003.JPEG\tn02105855\n",
  };

  it.each(Object.keys(lists))("with %s", async (list) => {
    const folder = temporaryFolder();
    flatValidation(folder);
    write(folder, list, lists[list] ?? "");
    expect(await labelsIn(folder, "val")).toEqual(inOrder("val"));
  });

  it("with Caffe's val.txt, whose labels count from 0", async () => {
    const folder = temporaryFolder();
    flatValidation(folder);
    const lines = Object.entries(stored.val).map(([name, label]) => `${name} ${label}`);
    write(folder, "val.txt", lines.join("\r\n"));
    const images = await imagenet(folder, "val");
    expect(await identify(images)).toEqual(Object.entries(stored.val));
    expect(images.classes).toBe(imagenetWnids);
  });

  it("with the devkit in a folder, or packed as it is downloaded", async () => {
    const folder = temporaryFolder();
    flatValidation(folder, "ILSVRC2012_img_val");
    fs.cpSync(devkit, path.join(folder, "ILSVRC2012_devkit_t12/data"), { recursive: true });
    expect(await labelsIn(folder, "val")).toEqual(inOrder("val"));
    tar(folder, "-czf", path.join(folder, "ILSVRC2012_devkit_t12.tar.gz"), "ILSVRC2012_devkit_t12");
    fs.rmSync(path.join(folder, "ILSVRC2012_devkit_t12"), { recursive: true });
    expect(await labelsIn(folder, "val")).toEqual(inOrder("val"));
  });

  it("leaves out images of other classes", async () => {
    const folder = temporaryFolder();
    flatValidation(folder);
    write(folder, "val_list.txt", lists["val_list.txt"] ?? "");
    const some = { classes: ["n09193705", "n01751748"] };
    expect(await labelsIn(folder, "val", some)).toEqual([
      ["ILSVRC2012_val_00000001.JPEG", 1],
      ["ILSVRC2012_val_00000002.JPEG", 0],
    ]);
    await expect(imagenet(folder, "val", { classes: ["n00000001"] })).rejects.toThrow(MissingFileError);
  });
});

describe("the official archives", () => {
  it("are read without unpacking them", async () => {
    const folder = temporaryFolder();
    officialTrain(folder);
    write(folder, "ILSVRC2012_img_train_t3.tar", "ignored");
    officialValidation(folder);
    tar(devkit, "-czf", path.join(folder, "ILSVRC2012_devkit_t12.tar.gz"), ".");
    expect(await labelsIn(folder, "train")).toEqual(inOrder("train"));
    expect(await labelsIn(folder, "val")).toEqual(inOrder("val"));
    const { nameOf, sizeOf } = await imagenet(folder, "train");
    expect(nameOf(2)).toBe(`${path.join(folder, "ILSVRC2012_img_train.tar")}: n01443537_2.JPEG`);
    expect(await sizeOf(2)).toBe(picture("train", "n01443537_2.JPEG").length);
  });
});

describe("labels in another order", () => {
  it("the ground truth without meta.mat is refused", async () => {
    const folder = temporaryFolder();
    officialValidation(folder);
    fs.copyFileSync(
      path.join(devkit, "ILSVRC2012_validation_ground_truth.txt"),
      path.join(folder, "ILSVRC2012_validation_ground_truth.txt"),
    );
    await expect(imagenet(folder, "val")).rejects.toThrow(LabelOrderError);
    await expect(imagenet(folder, "val")).rejects.toThrow(
      /ground_truth.txt numbers the classes in the devkit's order, .*; put the devkit's meta.mat beside it, or Kaggle's LOC_val_solution.csv into/,
    );
  });

  it.each([
    [
      "the devkit's numbers",
      [490, 361, 171],
      /00000001.JPEG shows n01751748, class 65, and has the label 490/,
    ],
    [
      "the devkit's numbers from 0",
      [489, 360, 170],
      /00000001.JPEG shows n01751748, class 65, and has the label 489/,
    ],
    [
      "sorted wnids counted from 1",
      [66, 971, 231],
      /shows n01751748, class 65, and has the label 66; labels must number/,
    ],
    ["a number above 999", [65, 970, 1000], /val.txt has labels above 999/],
  ])("a list with %s is refused", async (_, numbers, message) => {
    const folder = temporaryFolder();
    flatValidation(folder);
    const lines = Object.keys(stored.val).map((name, i) => `${name} ${numbers[i]}`);
    write(folder, "val.txt", lines.join("\n"));
    await expect(imagenet(folder, "val")).rejects.toThrow(LabelOrderError);
    await expect(imagenet(folder, "val")).rejects.toThrow(message);
  });

  it("archives whose file names contradict their labels are refused", async () => {
    const folder = temporaryFolder();
    for (const [i, name] of Object.keys(stored.train).entries()) {
      write(folder, `made/${path.parse(name).name}.jpg`, picture("train", name));
      write(folder, `made/${path.parse(name).name}.cls`, String([449, 449, 3][i]));
    }
    tar(path.join(folder, "made"), "-cf", path.join(folder, "train-0.tar"), ".");
    await expect(imagenet(folder, "train")).rejects.toThrow(
      /n01440764_18.jpg shows n01440764, class 0, and has the label 449; labels must number the sorted wnids/,
    );
  });

  it("validation images in folders of other classes are refused", async () => {
    const folder = temporaryFolder();
    const [name = ""] = Object.keys(stored.val);
    write(folder, `val/n09193705/${name}`, picture("val", name));
    await expect(imagenet(folder, "val")).rejects.toThrow(
      /00000001.JPEG shows n01751748, class 65, and has the label 970;/,
    );
  });
});

it("says what was looked for", async () => {
  const folder = temporaryFolder();
  await expect(imagenet(folder, "val")).rejects.toThrow(
    `${folder} holds no val images of ImageNet; looked for val/<wnid>/*.JPEG, ILSVRC2012_img_val.tar, WebDataset, TFRecord and Parquet files named val-*, and val-shards.txt`,
  );
  flatValidation(folder);
  await expect(imagenet(folder, "val")).rejects.toThrow(
    `the val images in ${folder} are in no class folders, and nothing says their classes; looked for LOC_val_solution.csv, val.txt`,
  );
  write(folder, "train-00000-of-00001", "no archive");
  await expect(imagenet(folder, "train")).rejects.toThrow(
    "train-00000-of-00001 cannot be read: its first bytes are not those of a tar, TFRecord or Parquet file",
  );
  write(folder, "val.txt", "ILSVRC2012_val_00000001.JPEG sixty-five");
  await expect(imagenet(folder, "val")).rejects.toThrow(/line 1 of .*val.txt is "ILSVRC2012_val_00000001/);
});
