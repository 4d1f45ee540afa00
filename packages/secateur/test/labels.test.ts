/** Labels of many images take linear time. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { labelsOf } from "../src/images/labels.ts";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "labels-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const files = Array.from({ length: 200_000 }, (_, i) => `${i}.jpg`);

function table(label: (i: number) => string): string {
  const file = path.join(folder, "labels.csv");
  fs.writeFileSync(file, files.map((name, i) => `${name},${label(i)}`).join("\n"));
  return file;
}

it("200,000 images with numbers", () => {
  const labels = labelsOf(
    files,
    table((i) => String(i % 10)),
    10,
  );
  expect(labels).toHaveLength(files.length);
  expect(labels[123_456]).toBe(6);
});

it("200,000 images, each of a class of its own", () => {
  const [time, source] = [process.cpuUsage(), table((i) => `c${i}`)];
  expect(labelsOf(files, source, files.length)[0]).toBe(0);
  expect(() => labelsOf(files, source, 10)).toThrow("the images have 200000 classes, and the network has 10");
  expect(process.cpuUsage(time).user / 1e6).toBeLessThan(10);
});
