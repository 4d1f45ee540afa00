/** The environment of a run: versions and the commit. */
import { execFileSync } from "node:child_process";
import { availableParallelism, cpus } from "node:os";
import process from "node:process";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";

/** For instance `2 × Intel Xeon`. */
function processor(): string {
  return `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? "unknown"}`;
}

export function versions(): Readonly<Record<string, string>> {
  return {
    node: process.versions.node,
    "tfjs-core": tf.version_core,
    "tfjs-layers": tfl.version_layers,
    platform: `${process.platform} ${process.arch}`,
    cpu: processor(),
  };
}

/** The commit of the working copy, with "+" where files are modified; null outside a repository. */
export function commit(): string | null {
  const git = (...args: string[]): string =>
    execFileSync("git", args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      cwd: import.meta.dirname,
    }).trim();
  try {
    return `${git("rev-parse", "HEAD")}${git("status", "--porcelain") === "" ? "" : "+"}`;
  } catch {
    return null;
  }
}
