/** The commit that a run was made with. */
import { execFileSync } from "node:child_process";

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
