/** The end of a program: what its message says, and what it leaves. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { UsageError } from "@secateur/command-line";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { compensationEvents } from "../src/compensation/events.ts";
import { compensation } from "../src/compensation/program.ts";
import { runInDirectory } from "../src/run/run-program.ts";

let parent = "";
beforeEach(() => {
  parent = fs.mkdtempSync(path.join(os.tmpdir(), "secateur-program-"));
  vi.spyOn(process, "exit").mockImplementation((code) => {
    throw new Error(`exit code ${code}`);
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(parent, { recursive: true, force: true });
});

/** Runs a program whose first event cannot be logged. @returns the end, the last line, and the files. */
async function endOf(error: Error): Promise<readonly [end: unknown, line: string, files: readonly string[]]> {
  const out = path.join(parent, "run");
  const argv = process.argv;
  process.argv = ["node", "bench", "--out", out, "--data", "synthetic"];
  let text = "";
  vi.spyOn(process.stderr, "write").mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  const end = await runInDirectory(compensation, compensationEvents, async ({ log }) => {
    vi.spyOn(fs, "writeFileSync").mockImplementationOnce(() => {
      throw error;
    });
    log.append({ type: "network", loss: 1 });
  }).catch(String);
  process.argv = argv;
  const files = fs.existsSync(out) ? fs.readdirSync(out).sort() : [];
  return [end, text.trimEnd().split("\n").at(-1) ?? "", files];
}

it("on a full disk, keeps the run that its message says to continue", async () => {
  const full = Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
  expect(await endOf(full)).toEqual([
    "Error: exit code 1",
    expect.stringMatching(/events.jsonl: the disk is full. Free some space and continue with --resume.$/),
    ["config.json", "events.jsonl"],
  ]);
});

it("removes a new run that ends with a mistake before its first event", async () => {
  expect(await endOf(new UsageError("--data is wrong."))).toEqual([
    "Error: exit code 2",
    "--data is wrong.",
    [],
  ]);
});
