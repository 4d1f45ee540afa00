/** Copies the addon to the folder that tfjs-node loads it from. */
import { copyFileSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { addonName } from "./compile-addon.ts";
import { MissingPieceError } from "./problem.ts";

/** Copies under another name and renames: no partial file is left, and running programs keep the former addon. */
export function installAddon(addon: string, tfjsNode: string): void {
  const folder = join(tfjsNode, "lib", "napi-v8");
  try {
    mkdirSync(folder, { recursive: true });
    const temporary = join(folder, `${addonName}.partial`);
    copyFileSync(addon, temporary);
    renameSync(temporary, join(folder, addonName));
  } catch (error) {
    throw new MissingPieceError(
      `Cannot write to ${folder} (${error instanceof Error ? error.message : error}): make it writable, or install the package where you may write.`,
    );
  }
}
