import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { imagenetWnids } from "@secateur/datasets";
import { modelInfo, modelNames } from "@secateur/models";
import type { Batch } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CompareConfig } from "../src/compare/config.ts";
import { completeConfig } from "../src/compare/imagenet-config.ts";
import { recipeFor } from "../src/compare/recipe.ts";
import { imagenetBatches } from "../src/inputs/imagenet.ts";
import { findFolders } from "../src/inputs/imagenet-folders.ts";
import { torchvisionWeights } from "../src/inputs/weights.ts";
import { ranks, writeTinyImagenet } from "./tiny-imagenet.ts";

let directory = "";
beforeAll(async () => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "secateur-imagenet-"));
  await writeTinyImagenet(directory, 4);
});
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

const configOf = (given: Partial<CompareConfig> = {}): CompareConfig =>
  completeConfig({ data: directory, ...given });

describe("findFolders", () => {
  it("labels by the rank among all thousand, although most folders are missing", async () => {
    const { train, test } = await findFolders(configOf(), 1000);
    expect([...train.labels]).toEqual([3, 3, 3, 3, 700, 700, 700, 700]);
    expect(test.count).toBe(8);
  });

  it("takes every second image to test where there is no folder of training images", async () => {
    const flat = path.join(directory, "samples");
    fs.mkdirSync(flat);
    const names = [3, 5, 700, 999].map((rank) => `${imagenetWnids[rank]}_a_name.JPEG`);
    for (const name of names) fs.writeFileSync(path.join(flat, name), "");
    const { train, test } = await findFolders(configOf({ data: flat }), 1000);
    expect([[...train.labels], [...test.labels]]).toEqual([
      [3, 700],
      [5, 999],
    ]);
    expect(path.basename(test.nameOf(0))).toBe(names[1]);
    const folders = await findFolders(configOf({ data: path.join(directory, "train") }), 1000);
    expect([...folders.test.labels]).toEqual([3, 3, 700, 700]);
    expect(completeConfig({ data: flat }).finetune).toBe(0);
    expect(completeConfig({ data: flat, finetune: 1 }).finetune).toBe(1);
    expect(configOf().finetune).toBe(0.1);
  });

  it("takes the order of other classes from a file, and their names else", async () => {
    const own = path.join(directory, "own");
    for (const name of ["train/Class 2", "train/apple", "val/apple"]) {
      fs.mkdirSync(path.join(own, name), { recursive: true });
      fs.writeFileSync(path.join(own, name, "1.png"), "");
    }
    const sorted = await findFolders(configOf({ data: own }), 2);
    expect([[...sorted.train.labels], [...sorted.test.labels]]).toEqual([[0, 1], [1]]);
    const metadata = path.join(directory, "metadata.json");
    fs.writeFileSync(
      metadata,
      JSON.stringify({ tfjsVersion: "1.3.1", labels: ["pear", "apple", "Class 2"] }),
    );
    const ordered = await findFolders(configOf({ data: own, classes: metadata }), 3);
    expect([[...ordered.train.labels].toSorted(), [...ordered.test.labels]]).toEqual([[1, 2], [1]]);
    const lines = path.join(directory, "lines.txt");
    fs.writeFileSync(lines, "apple\r\nClass 2\n");
    expect([...(await findFolders(configOf({ data: own, classes: lines }), 2)).test.labels]).toEqual([0]);
    await expect(findFolders(configOf({ data: own }), 5)).rejects.toThrow(
      /train has 2 folders of classes, and the network has 5 classes: give --classes FILE/,
    );
  });

  it("selects a subset with equal shares of all classes, and validation images in proportion", async () => {
    const { train, test } = await findFolders(configOf({ subset: 4 }), 1000);
    expect([...train.labels]).toEqual([3, 3, 700, 700]);
    const names = [0, 1, 2, 3].map((index) => path.basename(train.nameOf(index)));
    expect(names).toEqual(["1.JPEG", "3.JPEG", "1.JPEG", "3.JPEG"]);
    expect([...test.labels]).toEqual([3, 3, 700, 700]);
    expect((await findFolders(configOf({ subset: 1 }), 1000)).test.count).toBe(1);
  });

  it("selects equal shares from shards, whatever the order of their images", async () => {
    const folder = fs.mkdtempSync(path.join(directory, "shards-"));
    const files = Array.from({ length: 12 }, (_, i) => `${i}.jpg`);
    for (const [i, name] of files.entries()) {
      fs.writeFileSync(path.join(folder, name), "an image");
      fs.writeFileSync(path.join(folder, `${i}.cls`), String((7 * i) % 3));
    }
    const names = files.flatMap((name, i) => [name, `${i}.cls`]);
    for (const split of ["train", "val"])
      execFileSync("tar", ["-C", folder, "-cf", path.join(folder, `${split}-0.tar`), ...names]);
    const { train, test } = await findFolders(configOf({ data: folder, classes: null, subset: 6 }), 1000);
    expect([...train.labels].toSorted()).toEqual([0, 0, 1, 1, 2, 2]);
    expect(test.count).toBe(6);
  });

  it("is clear about what is not ImageNet", async () => {
    const flat = path.join(directory, "flat");
    fs.cpSync(path.join(directory, "train"), path.join(flat, "train"), { recursive: true });
    fs.mkdirSync(path.join(flat, "val"));
    fs.writeFileSync(path.join(flat, "val", "ILSVRC2012_val_00000001.JPEG"), "");
    const few = path.join(directory, "few.txt");
    fs.writeFileSync(few, "n10000000\nn10000000\nn10000007\n");
    const refusals: readonly [Partial<CompareConfig>, RegExp][] = [
      [{ data: path.join(directory, "gone") }, /gone holds no train images of ImageNet; looked for train/],
      [{ data: flat }, /the val images in .*flat are in no class folders, and nothing says their classes;/],
      [
        { classes: few },
        /^--classes: .*few.txt has 2 different names, and the network has 1000 classes: give/,
      ],
      [{ classes: "/no/such" }, /^--classes: there is no file \/no\/such\.$/],
      [{ subset: 9 }, /^--subset must be at most 8, the number of training images in .*train, not 9\.$/],
    ];
    for (const [given, message] of refusals)
      await expect(findFolders(configOf(given), 1000)).rejects.toThrow(message);
  });
});

describe("imagenetBatches", () => {
  it.each(["tfrecord", "webdataset", "parquet"])("reads %s shards", async (layout) => {
    const shards = path.join(import.meta.dirname, "../../../packages/datasets/test/fixtures", layout);
    const settings = configOf({ data: shards, classes: null, decode: "fast" });
    const data = await imagenetBatches(settings, recipeFor("resnet50"));
    expect(data).toMatchObject({ trainCount: 3, testCount: 3 });
    for await (const batch of data.test("imagenet")) {
      const { xs, ys } = batch as Batch<tf.Tensor, tf.Tensor>;
      expect([...ys.dataSync()]).toEqual([65, 970, 230]);
      tf.dispose([xs, ys]);
    }
    expect(data.skipped?.()).toEqual([]);
  });

  it("creates batches for training, scoring and testing", async () => {
    const data = await imagenetBatches(configOf(), recipeFor("resnet50"));
    expect(data).toMatchObject({ trainCount: 8, testCount: 8, scoringCount: 8, stepsPerEpoch: 1 });
    expect(data.normalizations).toEqual(["imagenet"]);
    const seen = async (batches: ReturnType<typeof data.test>): Promise<readonly number[]> => {
      const labels: number[] = [];
      for await (const batch of batches) {
        const { xs, ys } = batch as Batch<tf.Tensor, tf.Tensor>;
        expect(xs.shape.slice(1)).toEqual([224, 224, 3]);
        labels.push(...ys.dataSync<"int32">());
        tf.dispose([xs, ys]);
      }
      return labels;
    };
    const all = [...ranks, ...ranks, ...ranks, ...ranks].toSorted((a, b) => a - b);
    expect(await seen(data.test("imagenet"))).toEqual(all);
    for (const shuffled of [data.training(0, "imagenet")(0), data.scoring(0, "imagenet")]) {
      const labels = await seen(shuffled);
      expect(labels).not.toEqual(all);
      expect(labels.toSorted((a, b) => a - b)).toEqual(all);
    }
  });
});

it("has torchvision's weights of every network", () => {
  for (const name of modelNames.filter((each) => modelInfo(each).inputShape[0] === 224)) {
    const stem = name.replace(/-(imagenet|dense-bn)$/, "").replace("-", "_");
    expect(torchvisionWeights(name)).toMatch(
      new RegExp(`^https://download.pytorch.org/models/${stem}-[0-9a-f]{8}.pth$`),
    );
  }
});
