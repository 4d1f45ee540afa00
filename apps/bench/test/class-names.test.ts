/** Files of class names from elsewhere are read in linear time, or refused in a sentence. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { UsageError } from "@secateur/command-line";
import { afterEach, beforeEach, expect, it } from "vitest";
import { classNames } from "../src/inputs/class-names.ts";

let file: string;
beforeEach(() => {
  file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "class-names-")), "classes");
});
afterEach(() => fs.rmSync(path.dirname(file), { recursive: true }));

it.each([
  ["lines", "cat\n dog \r\n\n"],
  ["Teachable Machine's metadata.json", '{"tfjsVersion":"1.3.1","labels":["cat","dog"],"imageSize":224}'],
])("%s", (_, text) => {
  fs.writeFileSync(file, text);
  expect(classNames(file, 2)).toEqual(["cat", "dog"]);
});

it.each([
  ["a list that starts a hundred thousand times", '"labels":['.repeat(100_000)],
  ["a list in a list, fifty thousand deep", `{"labels":[${"[".repeat(5e4)}${"]".repeat(5e4)}]}`],
  ["a damaged list", '{"labels":[cat]}'],
])("%s", (_, text) => {
  fs.writeFileSync(file, text);
  const time = process.cpuUsage();
  expect(() => classNames(file, 2)).toThrow(UsageError);
  expect(() => classNames(file, 2)).toThrow("has 1 different names, and the network has 2 classes");
  expect(process.cpuUsage(time).user / 1e6).toBeLessThan(2);
});
