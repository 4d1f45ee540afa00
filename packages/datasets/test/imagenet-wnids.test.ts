import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { imagenetWnids } from "../src/index.ts";

it("has the ids of timm's and TensorFlow Datasets' lists, in their order", () => {
  // sha256 of imagenet_synsets.txt in timm 1.0.19, and of imagenet2012/labels.txt in TensorFlow Datasets 4.9.10.
  const text = imagenetWnids.map((wnid) => `${wnid}\n`).join("");
  expect(imagenetWnids).toHaveLength(1000);
  expect(imagenetWnids.toSorted()).toEqual(imagenetWnids);
  expect(createHash("sha256").update(text).digest("hex")).toBe(
    "70002b0ff5de60a3a17a82dbfcff291931f96225ddf941ad2e182fc39e183d15",
  );
});
