/** Chromium on the PATH. */
import fs from "node:fs";
import path from "node:path";

const names = ["chromium", "google-chrome", "chromium-browser", "chrome"] as const;

/**
 * The path of the executable; undefined, with a warning, where there is none.
 *
 * @param purpose - What is skipped then, for the warning.
 *
 * @example describe.skipIf(findChromium("the reports") === undefined)("in Chromium", () => { … });
 */
export function findChromium(purpose: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter);
  const file = names
    .flatMap((name) => folders.map((folder) => path.join(folder, name)))
    .find((candidate) => fs.existsSync(candidate));
  if (file === undefined) console.warn(`SKIPPED, because there is no Chromium on the PATH: ${purpose}`);
  return file;
}
