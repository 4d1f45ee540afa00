import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { runProcess } from "./run-process.ts";

it("keeps the old file where the disk is full in the middle of a write", async () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "secateur-atomic-"));
  onTestFinished(() => fs.rmSync(directory, { recursive: true }));
  const file = path.join(directory, "file");
  const write = (bytes: number): ReturnType<typeof runProcess> =>
    runProcess("test/processes/write-file.ts", [file, String(bytes)], { fileBlocks: 8 });
  expect((await write(1000)).stdout).toBe("written");
  expect((await write(100_000)).stdout).toBe("EFBIG");
  expect(fs.statSync(file).size).toBe(1000);
  expect(fs.readdirSync(directory)).toEqual(["file"]);
});
