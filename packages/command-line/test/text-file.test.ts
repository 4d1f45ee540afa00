/** Files that are named on the command line: a FIFO and a huge file are refused before they are read. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { readTextFile, UsageError } from "@secateur/command-line";
import { afterEach, beforeEach, expect, it } from "vitest";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "text-file-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const at = (name: string): string => path.join(folder, name);

it("is read, or refused in a sentence", () => {
  fs.writeFileSync(at("plan.json"), "{}\n");
  expect(readTextFile(at("plan.json"))).toBe("{}\n");
  fs.truncateSync(at("plan.json"), 2 ** 40);
  expect(() => readTextFile(at("plan.json"))).toThrow("has 1099511627776 bytes: at most 67108864 are read");
  expect(() => readTextFile(at("nothing"))).toThrow(UsageError);
  expect(() => readTextFile(folder)).toThrow("is not a regular file");
});

it.skipIf(process.platform === "win32")("a FIFO is not waited for", () => {
  execFileSync("mkfifo", [at("fifo")]);
  expect(() => readTextFile(at("fifo"))).toThrow("is not a regular file");
});
