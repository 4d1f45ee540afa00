import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hash32, hash64, isSecateurError, SecateurError, seedFromText } from "@secateur/base";
import { fillFolder, isRunning, thisProcess } from "@secateur/base/node";
import { expect, test } from "vitest";

test("FNV-1a equals its published test vectors", () => {
  expect(hash32("")).toBe(0x811c9dc5);
  expect(hash32("foobar")).toBe(0xbf9cf968);
  expect(hash64("foobar")).toBe("85944171f73967e8");
  expect(seedFromText("foobar") % 2).toBe(1);
});

test("errors are recognised by their brand, others are not", () => {
  class MyError extends SecateurError {
    override readonly code = "MINE";
  }
  expect(isSecateurError(new MyError("x"))).toBe(true);
  expect(isSecateurError(new Error("x"))).toBe(false);
  expect(isSecateurError({ isSecateurError: true })).toBe(false);
});

test("a process runs until it has ended, and its id with another start time is another process", async () => {
  expect(isRunning(thisProcess())).toBe(true);
  if (process.platform === "linux") expect(isRunning({ ...thisProcess(), startTime: "1" })).toBe(false);
  const child = spawn(process.execPath, ["-e", ""]);
  const pid = Number(child.pid);
  await new Promise((resolve) => child.once("exit", resolve));
  expect(isRunning({ pid })).toBe(false);
});

test("a folder is filled completely or not at all, and what killed processes left is removed", async () => {
  const parent = mkdtempSync(join(tmpdir(), "secateur-"));
  mkdirSync(join(parent, ".staging-99999999-abcdef"));
  const folder = join(parent, "data");
  await fillFolder(folder, async (staging) => writeFileSync(join(staging, "a"), "1"));
  await expect(
    fillFolder(folder, async (staging) => {
      writeFileSync(join(staging, "b"), "2");
      throw new Error("interrupted");
    }),
  ).rejects.toThrow("interrupted");
  expect(readdirSync(folder)).toEqual(["a"]);
  expect(readdirSync(parent)).toEqual(["data"]);
});
