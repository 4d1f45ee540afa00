/** Puts the addon where tfjs-node looks for it. */
import { copyFileSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { addonName } from "./compile-addon.ts";
import { MissingPieceError } from "./problem.ts";

/** Copied beside and renamed: a kill leaves no half of it, and who has loaded the former one keeps it. */
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
