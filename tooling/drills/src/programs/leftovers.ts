/** Files that an interruption must not leave behind once the program has finished. */
import fs from "node:fs";
import path from "node:path";

/** Temporary files, locks, and staging folders: those of `withStaging` in the folder itself and everything below. */
export function leftovers(folder: string): readonly string[] {
  const names = fs.readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((name) => /(\.tmp$|^\.lock-|^\.staging-)/.test(path.basename(name)));
}
