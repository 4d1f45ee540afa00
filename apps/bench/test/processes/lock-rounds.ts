/**
 * Argument: a directory. For every message of the parent, leaves a stale lock and tries to take the lock once; answers
 * whether it holds it. Another message releases it.
 */
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { lockDirectory } from "../../src/run/directory-lock.ts";
import { RunDirectoryError } from "../../src/run/run-directory-error.ts";

const [directory = ""] = process.argv.slice(2);
let release: (() => void) | null = null;
let stale = process.pid * 100_000;

process.on("message", (message) => {
  if (message === "release") {
    release?.();
    release = null;
    process.send?.("released");
    return;
  }
  fs.writeFileSync(path.join(directory, `.lock-999999999-${stale++}`), "");
  process.send?.(take());
});

function take(): "held" | "busy" {
  try {
    release = lockDirectory(directory);
    return "held";
  } catch (error) {
    if (error instanceof RunDirectoryError) return "busy";
    throw error;
  }
}
