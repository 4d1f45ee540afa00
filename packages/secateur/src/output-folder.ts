/** The folder of a result: checked before any work, written at the end, complete or not at all. */
import fs from "node:fs";
import path from "node:path";
import { fillFolder } from "@secateur/base/node";
import { CommandError } from "./errors.ts";

/** Names that a result has; a folder with other files is never replaced. */
const resultName = /^(model\.json|plan\.json|report\.html|group\d+-shard\d+of\d+(\.bin)?)$/;

/** @throws CommandError where `folder` holds files, unless `force` is true and all are of an earlier result. */
export function requireFree(folder: string, force: boolean): void {
  const status = fs.statSync(folder, { throwIfNoEntry: false });
  if (status === undefined) return;
  if (!status.isDirectory())
    throw new CommandError(`--out: ${folder} is a file. Choose the name of a folder.`);
  const names = fs.readdirSync(folder);
  if (names.length === 0) return;
  if (!force)
    throw new CommandError(
      `--out: ${folder} is not empty. Choose another folder, or add --force to replace the result in it.`,
    );
  const other = names.find((name) => !resultName.test(name));
  if (other !== undefined)
    throw new CommandError(
      `--out: ${folder} contains "${other}", which is not a result of secateur, so it is not replaced. Choose another folder.`,
    );
}

/** Creates or replaces the folder. @param write - Writes the files to the folder that it is given. */
export async function writeResult(folder: string, write: (staging: string) => Promise<void>): Promise<void> {
  await fillFolder(folder, write);
}

/** For messages: relative where that is shorter. */
export function shownPath(folder: string): string {
  const relative = path.relative(process.cwd(), folder);
  return relative !== "" && !relative.startsWith("..") ? relative : folder;
}
