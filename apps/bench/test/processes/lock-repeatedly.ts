/**
 * Arguments: a directory and milliseconds. Takes and releases the lock again and again, and leaves a stale lock each
 * time. While it holds the lock, it creates a file that no other holder may have. Prints the number of times it held
 * the lock, or "violated".
 */
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { lockDirectory } from "../../src/run/directory-lock.ts";
import { RunDirectoryError } from "../../src/run/run-directory-error.ts";

const [directory = "", ms = "0"] = process.argv.slice(2);
const holder = path.join(directory, "holder");
const end = Date.now() + Number(ms);
let held = 0;
let stale = process.pid * 1000;
try {
  while (Date.now() < end) {
    await setTimeout(2 * Math.random());
    fs.writeFileSync(path.join(directory, `.lock-999999999-${stale++}`), "");
    const release = lock();
    if (release === null) continue;
    fs.writeFileSync(holder, "", { flag: "wx" });
    await setTimeout(Math.random());
    fs.rmSync(holder);
    release();
    held++;
  }
  process.stdout.write(String(held));
} catch (error) {
  process.stdout.write(`violated: ${String(error)}`);
}

function lock(): (() => void) | null {
  try {
    return lockDirectory(directory);
  } catch (error) {
    if (error instanceof RunDirectoryError) return null;
    throw error;
  }
}
