/** A resumed run goes on with the criterion files that it began with. */
import { createHash } from "node:crypto";
import fs from "node:fs";
import type { Comparison } from "../inputs/input-settings.ts";
import type { RunDirectory } from "./run-directory.ts";
import { RunDirectoryError } from "./run-directory-error.ts";

const hashOf = (file: string): string => createHash("sha256").update(fs.readFileSync(file)).digest("hex");

/** Remembers the files, not what they import, at a run's beginning. @throws RunDirectoryError where one has changed since. */
export function checkSameCriterionFiles({
  config: { criterion },
  log,
  path,
}: Pick<RunDirectory<Pick<Comparison, "criterion">>, "config" | "log" | "path">): void {
  if (criterion.length === 0) return;
  const hashes = Object.fromEntries(criterion.map((file) => [file, hashOf(file)]));
  const begun = log.events.find(({ type }) => type === "criterion-files");
  if (begun === undefined) log.append({ type: "criterion-files", sha256: hashes });
  const before = (begun?.["sha256"] ?? hashes) as typeof hashes;
  const changed = criterion.find((file) => before[file] !== hashes[file]);
  if (changed === undefined) return;
  throw new RunDirectoryError(
    `${changed} has changed since the run in ${path} was begun with it: put it back, or choose another --out.`,
  );
}
